import { useState } from 'preact/hooks'
import { notify } from '../shell/notices'
import { Dialog } from '../ui/Dialog'
import { Checkboxes, TextArea, valueOf } from '../ui/Field'
import { MomentInput } from '../ui/MomentInput'
import { words } from '../words'
import { performAct, type ActHere } from './acts'
import { Refusal, useCancelling } from './cancelling'
import { Checklist } from './Checklist'
import type { Draft } from './draft'

const WITH_NOTE: ActHere[] = ['submit', 'approve', 'return', 'unpublish']

/** What an act asks before it is done: a note, a time, the translations that it is for too. */
export function ActDialog({ draft, act, onClose }: { draft: Draft; act: ActHere; onClose: () => void }) {
  const w = words.value
  const article = draft.article.value
  const [note, setNote] = useState('')
  const [from, setFrom] = useState<Date | null>(null)
  const [until, setUntil] = useState<Date | null>(null)
  const [siblings, setSiblings] = useState<string[]>([])
  const others = act === 'unpublish' || act === 'retract' ? article.translations.filter((sibling) => sibling.live) : []
  const { releases, error, isBusy, perform } = useCancelling(async (cancels) => {
    await performAct(draft, act, { note, from, until, siblings, cancels })
    notify(w.actsDone[act])
    onClose()
  })
  const isComplete = !isBusy && (act !== 'schedule' || from !== null) && (act !== 'retract' || note.trim() !== '')
  return (
    <Dialog title={w.acts[act]} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void perform() }}>
        <p>{w.actHelp[act]}</p>
        {act === 'schedule' && <MomentInput label={w.comesOutAt} value={from} onChange={setFrom} required />}
        {(act === 'schedule' || act === 'publish') && (
          <details><summary>{w.goesAgain}</summary><MomentInput label={w.until} value={until} onChange={setUntil} /></details>
        )}
        {(act === 'publish' || act === 'schedule') && <Checklist draft={draft} from={from} />}
        {WITH_NOTE.includes(act) && <TextArea label={w.note} rows={3} value={note} onInput={(event) => setNote(valueOf(event))} />}
        {act === 'retract' && <TextArea label={w.reason} help={w.reasonHelp} rows={3} required value={note} onInput={(event) => setNote(valueOf(event))} />}
        {others.length > 0 && (
          <fieldset>
            <legend>{w.alsoIn}</legend>
            <Checkboxes value={siblings} onChange={setSiblings} options={others.map(({ lang, title }) => [lang, `${w.languageName(lang)}: ${title}`])} />
          </fieldset>
        )}
        <Refusal releases={releases} error={error} />
        <footer>
          <button class={act === 'retract' || act === 'unpublish' || act === 'trash' ? 'main danger' : 'main'} disabled={!isComplete}>
            {releases ? w.cancelAndGoOn : w.acts[act]}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
