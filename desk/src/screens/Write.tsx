import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { config } from '../config'
import { BodyEditor } from '../editor/BodyEditor'
import { explain } from '../shell/notices'
import { guards } from '../shell/router'
import { me } from '../shell/session'
import { Busy, Empty, Screen } from '../ui/parts'
import { words } from '../words'
import { Aside } from '../writing/Aside'
import { ClashDialog } from '../writing/ClashDialog'
import { Draft } from '../writing/draft'
import { Preview } from '../writing/Preview'
import { SaveStatus } from '../writing/SaveStatus'

/** Opens an article for writing, with what an earlier tab left unsaved. */
export function useDraft(id: string): { draft: Draft | null; error: string | null } {
  const [state, setState] = useState<{ draft: Draft | null; error: string | null }>({ draft: null, error: null })
  useEffect(() => {
    let opened: Draft | null = null
    let isCurrent = true
    Draft.open(id, me.value?.account_id ?? '').then((draft) => {
      opened = draft
      if (isCurrent) setState({ draft, error: null })
      else draft.close()
    }, (error: unknown) => isCurrent && setState({ draft: null, error: explain(error) }))
    return () => {
      isCurrent = false
      // After the editor has gone, which hands over its last words when it goes.
      setTimeout(() => void opened?.flush().then(() => opened?.close()))
    }
  }, [id])
  return state
}

/** Asks before a page is left on which something is unsaved that no copy of this browser holds. */
export function useLeaveGuard(draft: Draft | null): void {
  useEffect(() => {
    if (!draft) return undefined
    const ask = (event: BeforeUnloadEvent) => {
      if (draft.state.value === 'saved') return
      void draft.flush()
      event.preventDefault()
    }
    const keepIn = () => draft.state.value !== 'clash' || confirm(words.value.leaveClash)
    addEventListener('beforeunload', ask)
    guards.add(keepIn)
    return () => {
      removeEventListener('beforeunload', ask)
      guards.delete(keepIn)
    }
  }, [draft])
}

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
        <Line class="title" label={w.title} value={fields.title} lang={fields.lang} onChange={(title) => { if (title.trim()) draft.set({ title }) }} />
        <Line class="standfirst" label={w.standfirst} value={fields.summary} lang={fields.lang} onChange={(summary) => draft.set({ summary })} />
        <BodyEditor
          value={fields.body}
          format={fields.body_format}
          lang={fields.lang}
          loads={draft.loads.value}
          label={w.body}
          onChange={(body) => draft.set({ body })}
          onCount={setCount}
          onReady={(write) => { writeNow.current = write }}
        />
        <p class="word-count">{w.count(count, Math.max(1, Math.ceil(count / 200)))}</p>
      </div>
      <Aside draft={draft} flush={flush} onPreview={() => setPreviewed(true)} />
      {isPreviewed && <Preview draft={draft} flush={flush} onClose={() => setPreviewed(false)} />}
      {draft.disagreement.value && <ClashDialog draft={draft} />}
    </main>
  )
}

/** A field of one paragraph that grows with its text. */
export function Line(props: { class: string; label: string; value: string; lang: string; onChange: (text: string) => void }) {
  const area = useRef<HTMLTextAreaElement>(null)
  const [typed, setTyped] = useState(props.value)
  // At once after the drawing: later, another letter may have been typed.
  useLayoutEffect(() => setTyped(props.value), [props.value])
  return (
    <div class="line-frame" data-text={`${typed} `}>
      <textarea
        ref={area}
        class={`line ${props.class}`}
        aria-label={props.label}
        placeholder={props.label}
        rows={1}
        lang={props.lang}
        spellcheck
        value={typed}
        onInput={(event) => {
          const text = event.currentTarget.value.replace(/\n+/g, ' ')
          setTyped(text)
          props.onChange(text)
        }}
        onBlur={() => setTyped(props.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          const all = Array.from(document.querySelectorAll<HTMLElement>('.sheet textarea, .sheet [role=textbox]'))
          all[all.indexOf(event.currentTarget) + 1]?.focus()
        }}
      />
    </div>
  )
}
