import { useState } from 'preact/hooks'
import type { PlannedRelease } from '../api/types'
import { config } from '../config'
import { explain, notify } from '../shell/notices'
import { showMoment } from '../time'
import { Dialog } from '../ui/Dialog'
import { Checkbox, TextArea, valueOf } from '../ui/Field'
import { MomentInput } from '../ui/MomentInput'
import { words } from '../words'
import { performAct, wouldCancel, type ActName } from './acts'
import { Checklist } from './Checklist'
import type { Draft } from './draft'

const NOTED: ActName[] = ['submit', 'approve', 'return', 'unpublish']

/** What an act asks before it is done: a note, a time, the translations that it is for too. */
export function ActDialog({ draft, act, onClose }: { draft: Draft; act: ActName; onClose: () => void }) {
  const w = words.value
  const article = draft.article.value
  const [note, setNote] = useState('')
  const [from, setFrom] = useState<Date | null>(null)
  const [until, setUntil] = useState<Date | null>(null)
  const [siblings, setSiblings] = useState<string[]>([])
  const [cancelled, setCancelled] = useState<PlannedRelease[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const others = act === 'unpublish' || act === 'retract' ? article.translations.filter((sibling) => sibling.live) : []
  const isComplete = !isBusy && (act !== 'schedule' || from !== null) && (act !== 'retract' || note.trim() !== '')

  const perform = async () => {
    setBusy(true)
    setError(null)
    try {
      await performAct(draft, act, { note, reason: note, from, until, siblings, cancels: cancelled !== null })
      notify(w.actsDone[act])
      onClose()
    } catch (problem) {
      const releases = wouldCancel(problem)
      if (releases) setCancelled(releases)
      else setError(explain(problem))
    }
    setBusy(false)
  }
  return (
    <Dialog title={w.acts[act]} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void perform() }}>
        <p>{w.actHelp[act]}</p>
        {act === 'schedule' && <MomentInput label={w.comesOutAt} value={from} onChange={setFrom} required />}
        {(act === 'schedule' || act === 'publish') && (
          <details><summary>{w.goesAgain}</summary><MomentInput label={w.until} value={until} onChange={setUntil} /></details>
        )}
        {(act === 'publish' || act === 'schedule') && <Checklist draft={draft} from={from} />}
        {NOTED.includes(act) && <TextArea label={w.note} rows={3} value={note} onInput={(event) => setNote(valueOf(event))} />}
        {act === 'retract' && <TextArea label={w.reason} help={w.reasonHelp} rows={3} required value={note} onInput={(event) => setNote(valueOf(event))} />}
        {others.length > 0 && (
          <fieldset>
            <legend>{w.alsoIn}</legend>
            {others.map((sibling) => (
              <Checkbox key={sibling.id} label={`${w.languageName(sibling.lang)}: ${sibling.title}`} checked={siblings.includes(sibling.lang)}
                onChange={() => setSiblings(siblings.includes(sibling.lang) ? siblings.filter((lang) => lang !== sibling.lang) : [...siblings, sibling.lang])} />
            ))}
          </fieldset>
        )}
        {cancelled && (
          <div class="warning" role="alert">
            <p>{w.wouldCancel}</p>
            <ul>{cancelled.map((release) => <li key={release.revision}>{release.slug} ({release.lang}): {showMoment(release.visible_from)} ({config.zone})</li>)}</ul>
          </div>
        )}
        {error && <p class="error" role="alert">{error}</p>}
        <footer>
          <button class={act === 'retract' || act === 'unpublish' || act === 'trash' ? 'main danger' : 'main'} disabled={!isComplete}>
            {cancelled ? w.cancelAndGoOn : w.acts[act]}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
