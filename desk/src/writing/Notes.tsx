import { useState } from 'preact/hooks'
import { api, ifMatch, take } from '../api/client'
import type { NoteThread } from '../api/types'
import { attempt, notify } from '../shell/notices'
import { useUnsaved } from '../shell/router'
import { showAgo } from '../time'
import { TextArea, valueOf } from '../ui/Field'
import { useData } from '../ui/data'
import { Pending } from '../ui/parts'
import { words } from '../words'
import type { Draft } from './draft'

/** What colleagues say beside a text; readers never see it. */
export function Notes({ draft }: { draft: Draft }) {
  const w = words.value
  const { id } = draft.article.value
  const path = { article_id: id }
  const threads = useData(() => take(api.GET('/v1/admin/articles/{article_id}/notes', { params: { path, query: { limit: 50 } } })), [id])
  const [text, setText] = useState('')
  const [answered, setAnswered] = useState<NoteThread | null>(null)
  useUnsaved(text.trim() !== '')
  const send = () => attempt(async () => {
    const note = await take(api.POST('/v1/admin/articles/{article_id}/notes', {
      params: { path }, body: { text, ...(answered ? { reply_to: answered.id } : {}) },
    }))
    if (note.unknown_mentions.length) notify(w.unknownMentions(note.unknown_mentions.join(', ')), true)
    setText('')
    setAnswered(null)
    threads.reload()
  })
  const resolve = (thread: NoteThread) => attempt(async () => {
    await take(api.PATCH('/v1/admin/articles/{article_id}/notes/{note_id}', {
      params: { path: { ...path, note_id: thread.id }, header: ifMatch(thread.revision) },
      body: { resolved: !thread.resolved_at },
    }))
    threads.reload()
  })
  return (
    <div class="notes">
      <Pending of={threads} />
      {threads.data?.map((thread) => (
        <article key={thread.id} class={thread.resolved_at ? 'resolved' : ''}>
          {[thread, ...thread.replies].map((note) => (
            <div key={note.id}>
              <p class="row-facts"><strong>{note.written_by.name}</strong> {showAgo(note.created_at)}</p>
              <p class="note-text">{note.text}</p>
            </div>
          ))}
          <p>
            <button type="button" class="plain" onClick={() => setAnswered(thread)}>{w.answer}</button>
            <button type="button" class="plain" onClick={() => void resolve(thread)}>{thread.resolved_at ? w.reopen : w.resolve}</button>
          </p>
        </article>
      ))}
      <form onSubmit={(event) => { event.preventDefault(); void send() }}>
        <TextArea label={answered ? w.answerTo(answered.written_by.name) : w.newNote} help={w.mentionHelp} rows={2} maxLength={5000} value={text} onInput={(event) => setText(valueOf(event))} />
        <button disabled={!text.trim()}>{w.send}</button>
      </form>
    </div>
  )
}
