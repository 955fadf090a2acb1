import { useLayoutEffect, useState } from 'preact/hooks'
import { BodyEditor } from '../editor/BodyEditor'
import { words } from '../words'
import type { Draft } from './draft'

/** What readers read of a draft: title, standfirst and body. */
export function TextFields(props: { draft: Draft; onCount?: (words: number) => void; onReady: (writeNow: () => void) => void }) {
  const { draft, ...listeners } = props
  const w = words.value
  const { title, summary, body, body_format, lang } = draft.fields.value
  return (
    <>
      <Line class="title" label={w.title} value={title} lang={lang} onChange={(text) => { if (text.trim()) draft.set({ title: text }) }} />
      <Line class="standfirst" label={w.standfirst} value={summary} lang={lang} onChange={(text) => draft.set({ summary: text })} />
      <BodyEditor value={body} format={body_format} lang={lang} loads={draft.loads.value} label={w.body}
        onChange={(text) => draft.set({ body: text })} {...listeners} />
    </>
  )
}

/** A field of one paragraph that grows with its text. */
export function Line(props: { class: string; label: string; value: string; lang: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(props.value)
  // At once after the drawing: later, another letter may have been typed.
  useLayoutEffect(() => setTyped(props.value), [props.value])
  return (
    <div class="line-frame" data-text={`${typed} `}>
      <textarea
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
