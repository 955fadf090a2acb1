import { useEffect, useRef, useState } from 'preact/hooks'
import { config } from '../config'
import { Busy, Empty, Screen } from '../ui/parts'
import { words } from '../words'
import { Aside } from '../writing/Aside'
import { ClashDialog } from '../writing/ClashDialog'
import type { Draft } from '../writing/draft'
import { Preview } from '../writing/Preview'
import { SaveStatus } from '../writing/SaveStatus'
import { TextFields } from '../writing/TextFields'
import { useDraft, useLeaveGuard } from '../writing/useDraft'

/** Where an article is written. */
export function Write({ id }: { id: string }) {
  const { draft, error } = useDraft(id)
  useLeaveGuard(draft)
  const w = words.value
  if (error) return <Screen title={w.writing}><Empty>{error}</Empty></Screen>
  if (!draft) return <Screen title={w.writing}><Busy /></Screen>
  return <Sheet draft={draft} />
}

function Sheet({ draft }: { draft: Draft }) {
  const w = words.value
  const fields = draft.fields.value
  const [count, setCount] = useState(0)
  const [isPreviewed, setPreviewed] = useState(false)
  const writeNow = useRef<() => void>(() => undefined)
  const flush = async () => {
    writeNow.current()
    return draft.flush()
  }
  useEffect(() => { document.title = `${fields.title} · ${config.site}` }, [fields.title])
  useEffect(() => {
    const save = (event: KeyboardEvent) => {
      if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      void flush()
    }
    addEventListener('keydown', save)
    return () => removeEventListener('keydown', save)
  }, [draft])
  return (
    <main id="main" class="writing" tabIndex={-1}>
      <div class="sheet">
        <h1 class="unseen">{fields.title}</h1>
        <SaveStatus draft={draft} flush={flush} />
        <TextFields draft={draft} onCount={setCount} onReady={(write) => { writeNow.current = write }} />
        <p class="word-count">{w.count(count, Math.max(1, Math.ceil(count / 200)))}</p>
      </div>
      <Aside draft={draft} flush={flush} onPreview={() => setPreviewed(true)} />
      {isPreviewed && <Preview draft={draft} onClose={() => setPreviewed(false)} />}
      {draft.disagreement.value && <ClashDialog draft={draft} />}
    </main>
  )
}
