import type { Editor } from '@tiptap/core'
import { useState } from 'preact/hooks'
import { api, take } from '../api/client'
import { config } from '../config'
import { Dialog } from '../ui/Dialog'
import { Input, TextArea, valueOf } from '../ui/Field'
import { useData, useQuiet } from '../ui/data'
import { StateBadge } from '../ui/parts'
import { words } from '../words'
import { insertBlock, type Asking } from './commands'
import { PictureDialog } from './PictureDialog'

interface Props {
  editor: Editor
  lang: string
  what: Asking
  file?: File
  /** Where the footnote is that is changed. */
  at?: number
  onClose: () => void
}

/** What is asked before something is put into the text. */
export function Insertion(props: Props) {
  const { editor, lang, onClose } = props
  if (props.what === 'link') return <LinkDialog {...props} />
  if (props.what === 'embed') return <EmbedDialog {...props} />
  if (props.what === 'footnote') return <FootnoteDialog {...props} />
  return (
    <PictureDialog
      lang={lang}
      {...(props.file ? { file: props.file } : {})}
      onClose={onClose}
      onChoose={(picture) => {
        onClose()
        insertBlock(editor, 'figure', { src: picture.src, alt: picture.alt }, picture.caption)
      }}
    />
  )
}

/** The address at which readers find an article. */
const addressOf = (kind: string, slug: string, lang: string): string =>
  config.pages[kind === 'page' ? 'page' : 'article'].replace('{slug}', slug).replace('{lang}', lang)

const isAddress = (text: string): boolean => /^(https?:|mailto:|\/|#)/.test(text.trim())

function LinkDialog({ editor, lang, onClose }: Props) {
  const w = words.value
  const present = editor.getAttributes('link')['href'] as string | undefined
  const [text, setText] = useState(present ?? '')
  const wanted = useQuiet(text)
  const isComplete = isAddress(text)
  const articles = useData(async () => {
    if (wanted.trim().length < 2 || isAddress(wanted)) return []
    return take(api.GET('/v1/admin/articles', { params: { query: { q: wanted, limit: 8 } } }))
  }, [wanted])
  const setLink = (href: string, label: string) => {
    onClose()
    const chain = editor.chain().focus().extendMarkRange('link')
    if (editor.state.selection.empty && !present) {
      chain.insertContent({ type: 'text', text: label, marks: [{ type: 'link', attrs: { href } }] }).run()
    } else chain.setLink({ href }).run()
  }
  return (
    <Dialog title={w.commands.link} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (isComplete) setLink(text.trim(), text.trim()) }}>
        <Input label={w.linkTo} value={text} onInput={(event) => setText(valueOf(event))} help={w.linkHelp} autocomplete="off" />
        {!isComplete && (
          <ul class="choices">
            {articles.data?.map((article) => (
              <li key={article.id}>
                <button type="button" onClick={() => setLink(addressOf(article.kind, article.slug, article.lang), article.title)}>
                  <span>{article.title}</span> <StateBadge state={article.state} /> <small>{article.lang !== lang && article.lang}</small>
                </button>
              </li>
            ))}
          </ul>
        )}
        <footer>
          {present && <button type="button" onClick={() => { onClose(); editor.chain().focus().extendMarkRange('link').unsetLink().run() }}>{w.removeLink}</button>}
          <button class="main" disabled={!isComplete}>{w.setLink}</button>
        </footer>
      </form>
    </Dialog>
  )
}

function EmbedDialog({ editor, onClose }: Props) {
  const w = words.value
  const [text, setText] = useState('')
  const [title, setTitle] = useState('')
  const src = playerAddress(text)
  return (
    <Dialog title={w.commands.embed} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (src) { onClose(); insertBlock(editor, 'embed', { src, title: title || null }) } }}>
        <Input
          label={w.playerAddress}
          value={text}
          onInput={(event) => setText(valueOf(event))}
          help={w.playerHelp(config.embeds.join(', '))}
          error={text && !src ? w.playerUnknown : undefined}
          autocomplete="off"
        />
        <Input label={w.playerTitle} value={title} onInput={(event) => setTitle(valueOf(event))} />
        <footer><button class="main" disabled={!src}>{w.insert}</button></footer>
      </form>
    </Dialog>
  )
}

/** The address of a player, from it, from code to embed it, or from the page of a video. */
function playerAddress(text: string): string | null {
  const given = /<iframe[^>]*\ssrc="([^"]+)"/.exec(text)?.[1] ?? text.trim()
  const video = /^https:\/\/(?:www\.)?(?:youtube\.com\/watch\?v=|youtu\.be\/)([\w-]{11})/.exec(given)?.[1]
  const clip = /^https:\/\/vimeo\.com\/(\d+)/.exec(given)?.[1]
  const address = video
    ? `https://www.youtube-nocookie.com/embed/${video}`
    : clip ? `https://player.vimeo.com/video/${clip}` : given.replaceAll('&amp;', '&')
  try {
    const { protocol, host } = new URL(address)
    return protocol === 'https:' && config.embeds.includes(host) ? address : null
  } catch {
    return null
  }
}

function FootnoteDialog({ editor, at, onClose }: Props) {
  const w = words.value
  const present = at === undefined ? null : editor.state.doc.nodeAt(at)
  const [note, setNote] = useState<string>(present?.attrs['note'] ?? '')
  const save = () => {
    onClose()
    if (present && at !== undefined) editor.view.dispatch(editor.state.tr.setNodeMarkup(at, undefined, { note }))
    else editor.chain().focus().insertContent({ type: 'footnote', attrs: { note } }).run()
  }
  return (
    <Dialog title={w.commands.footnote} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (note.trim()) save() }}>
        <TextArea label={w.noteText} help={w.noteHelp} rows={4} value={note} onInput={(event) => setNote(valueOf(event))} />
        <footer><button class="main" disabled={!note.trim()}>{w.insert}</button></footer>
      </form>
    </Dialog>
  )
}
