import { Editor } from '@tiptap/core'
import { Slice, type Node } from '@tiptap/pm/model'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { BodyFormat } from '../api/types'
import { explain, notify } from '../shell/notices'
import { Busy } from '../ui/parts'
import { words } from '../words'
import { BLOCKS, slashCommands, type Asking } from './commands'
import { content } from './extensions'
import { openText, render, serialise, type OpenedText } from './guard'
import { fromHtml, tidyPaste } from './html'
import { Insertion } from './Insertion'
import { SlashMenuList, Toolbar } from './Toolbar'

interface Props {
  value: string
  format: BodyFormat
  lang: string
  /** Another number makes the editor read `value` anew. */
  loads: number
  label: string
  onChange: (text: string) => void
  onCount?: (words: number) => void
  /** Registers how to write at once what is typed. */
  onReady?: (writeNow: () => void) => void
}

type Mode = { kind: 'opening' } | { kind: 'page'; opened: OpenedText } | { kind: 'source'; reason: string | null }

const countWords = (text: string): number => text.match(/[\p{L}\p{N}]+(?:['’.,-][\p{L}\p{N}]+)*/gu)?.length ?? 0

/** The body of a text: as a page where the editor can keep all of it, else as its source. */
export function BodyEditor(props: Props) {
  const { value, format, lang, loads } = props
  const [mode, setMode] = useState<Mode>({ kind: 'opening' })
  const w = words.value

  const open = (text: string) => {
    let isCurrent = true
    if (format === 'text') {
      setMode({ kind: 'source', reason: w.sourceReasons.text })
      return () => undefined
    }
    openText(text, format, lang).then(
      (opened) => {
        if (!isCurrent) return
        const reason = opened.change === null ? null : w.sourceReasons.change(opened.change)
        setMode(reason === null ? { kind: 'page', opened } : { kind: 'source', reason })
      },
      (error: unknown) => isCurrent && setMode({ kind: 'source', reason: explain(error) }),
    )
    return () => { isCurrent = false }
  }
  useEffect(() => open(value), [loads, format])
  useEffect(() => { if (mode.kind === 'source') props.onCount?.(countWords(value)) }, [mode, value])

  if (mode.kind === 'opening') return <Busy />
  if (mode.kind === 'page') {
    return <PageEditor {...props} opened={mode.opened} onSource={() => setMode({ kind: 'source', reason: null })} />
  }
  return (
    <div>
      {mode.reason && <p class="reason">{mode.reason}</p>}
      <p class="source-head">
        <span>{w.sourceOf[format]}</span>
        {format !== 'text' && <button type="button" onClick={() => open(value)}>{w.backToPage}</button>}
      </p>
      <textarea
        class="source-text"
        aria-label={props.label}
        lang={lang}
        spellcheck
        value={value}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
    </div>
  )
}

function PageEditor(props: Props & { opened: OpenedText; onSource: () => void }) {
  const host = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const [editor, setEditor] = useState<Editor | null>(null)
  const [, redraw] = useState(0)
  const [asking, setAsking] = useState<{ what: Asking; file?: File; at?: number } | null>(null)

  useEffect(() => {
    const ask = (what: Asking) => setAsking({ what })
    const made: Editor = new Editor({
      element: host.current!,
      injectCSS: false,
      extensions: [...content, slashCommands((query) => findBlocks(query, latest.current.format), ask)],
      content: props.opened.doc.toJSON(),
      editorProps: {
        attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': props.label, lang: props.lang, class: 'page-text' },
        // Before the editor reads it: foreign styles would break the policy of the page.
        handleDOMEvents: { paste: (_view, event) => takeIn(made, event, latest.current, (file) => setAsking({ what: 'picture', file })) },
        handleDrop: (view, event, _slice, isMoved) => {
          const file = isMoved ? undefined : pictureIn(event.dataTransfer)
          if (!file) return false
          const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos
          if (at !== undefined) made.commands.setTextSelection(at)
          setAsking({ what: 'picture', file })
          event.preventDefault()
          return true
        },
      },
    })
    let timer: ReturnType<typeof setTimeout> | undefined
    let written: Node = made.state.doc
    const writeNow = () => {
      clearTimeout(timer)
      if (written.eq(made.state.doc)) return
      written = made.state.doc
      latest.current.onChange(serialise(written, latest.current.format))
    }
    const count = () => latest.current.onCount?.(countWords(made.state.doc.textBetween(0, made.state.doc.content.size, ' ')))
    made.on('update', () => {
      clearTimeout(timer)
      // Longer texts are written less often, because to write one takes longer.
      timer = setTimeout(() => { writeNow(); count() }, Math.min(120 + made.state.doc.content.size / 500, 2_000))
    })
    made.on('transaction', () => redraw((number) => number + 1))
    const editNote = (event: Event) => setAsking({ what: 'footnote', at: (event as CustomEvent<number>).detail })
    made.view.dom.addEventListener('editfootnote', editNote)
    addEventListener('pagehide', writeNow)
    props.onReady?.(writeNow)
    count()
    setEditor(made)
    return () => {
      writeNow()
      removeEventListener('pagehide', writeNow)
      made.destroy()
    }
  }, [props.opened])

  return (
    <div>
      {editor && <Toolbar editor={editor} format={props.format} ask={(what) => setAsking({ what })} onSource={props.onSource} />}
      <div ref={host} />
      <SlashMenuList />
      {editor && asking && (
        <Insertion editor={editor} lang={props.lang} {...asking} onClose={() => { setAsking(null); if (!editor.isDestroyed) editor.commands.focus() }} />
      )}
    </div>
  )
}

function findBlocks(query: string, format: BodyFormat) {
  const wanted = query.toLocaleLowerCase()
  return BLOCKS.filter((block) => (!block.markdownOnly || format === 'markdown')
    && words.value.commands[block.name].toLocaleLowerCase().includes(wanted))
}

const pictureIn = (transfer: DataTransfer | null): File | undefined =>
  Array.from(transfer?.files ?? []).find((file) => file.type.startsWith('image/'))

/** Takes in what comes from elsewhere in the form in which the server would keep it. */
function takeIn(editor: Editor, event: ClipboardEvent, props: Props, ask: (file: File) => void): boolean {
  const data = event.clipboardData
  const html = data?.getData('text/html') ?? ''
  const file = pictureIn(data)
  if (file && !html) {
    event.preventDefault()
    ask(file)
    return true
  }
  if (!html || html.includes('data-pm-slice')) return false
  event.preventDefault()
  const insert = (clean: string, options: { footnotes?: boolean } = {}) => {
    const { schema } = editor.state
    const doc = fromHtml(clean, options)
    if (editor.isDestroyed) {
      // The writer has left meanwhile; the text has what was pasted all the same.
      const { tr } = editor.state
      props.onChange(serialise(tr.replaceSelection(new Slice(schema.nodeFromJSON(doc.toJSON()).content, 0, 0)).doc, props.format))
      return
    }
    const inner = doc.childCount === 1 && doc.firstChild!.type.name === 'paragraph'
    const node = schema.nodeFromJSON(doc.toJSON())
    if (inner) editor.view.dispatch(editor.state.tr.replaceSelection(node.slice(1, node.content.size - 1)).scrollIntoView())
    else editor.commands.insertContent(node.content.toJSON())
  }
  render(html, 'html', props.lang).then(
    (rendered) => {
      const { html: own, pictures } = tidyPaste(rendered.body_html)
      insert(own, { footnotes: props.format === 'markdown' })
      const lost = rendered.removed.filter((part) => /^<(img|iframe|video|audio|object|embed|form|svg|math)/.test(part.what))
      if (lost.length) notify(words.value.pasteLost(lost.map((part) => part.what).join(', ')))
      if (pictures) notify(words.value.picturesLost(pictures), true)
    },
    () => insert(html.replace(/\s(style|class)=("[^"]*"|'[^']*'|[^\s>]+)/gi, '')),
  )
  return true
}
