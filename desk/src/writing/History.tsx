import { useState } from 'preact/hooks'
import { api, get, ifMatch } from '../api/client'
import type { TimelineEntry } from '../api/types'
import { HOME } from '../config'
import { attempt, explain, notify } from '../shell/notices'
import { may } from '../shell/session'
import { showAgo, showMoment } from '../time'
import { useData } from '../ui/data'
import { Busy } from '../ui/parts'
import { words } from '../words'
import { readArticle, type Draft } from './draft'

/** Saves and acts, the newest first; every text can be compared and restored. */
export function History({ draft }: { draft: Draft }) {
  const w = words.value
  const { id, revision } = draft.article.value
  const [more, setMore] = useState<TimelineEntry[]>([])
  const [cursor, setCursor] = useState<string | null>(null)
  const read = async (from?: string) => {
    const { body } = await get(api.GET('/v1/admin/articles/{article_id}/timeline', {
      params: { path: { article_id: id }, query: { limit: 20, ...(from ? { cursor: from } : {}) } },
    }))
    setCursor(body.links.next ? new URL(body.links.next).searchParams.get('cursor') : null)
    return body.data
  }
  const entries = useData(() => { setMore([]); return read() }, [id, revision])
  const restore = (number: number) => attempt(async () => {
    const article = draft.article.value
    await get(api.POST('/v1/admin/articles/{article_id}/revisions/{number}/restore', {
      params: { path: { article_id: id, number }, header: ifMatch(article.revision) },
    }))
    draft.accept(await readArticle(id))
  }, w.restoredRevision)
  if (!entries.data) return entries.error ? <p class="error">{entries.error}</p> : <Busy />
  return (
    <ol class="timeline">
      {[...entries.data, ...more].map((entry, index) => (
        <li key={index}>
          <p class="row-facts"><strong>{entry.by.name}</strong> <span title={showMoment(entry.at)}>{showAgo(entry.at)}</span></p>
          {entry.act && <p>{w.auditActions[entry.act.action] ?? entry.act.action}{typeof entry.act.details['note'] === 'string' && `: ${entry.act.details['note']}`}</p>}
          {entry.note && <p class="note-text">{entry.note.text}</p>}
          {entry.save && (
            <p>
              {entry.save.is_autosave ? w.autosaved : w.savedText}{' '}
              <a href={`${HOME}/articles/${id}/compare?from=previous&to=${entry.save.revision}`}>{w.changes}</a>{' '}
              {may('articles:write') && entry.save.revision !== draft.article.value.text_revision && (
                <button type="button" class="plain" onClick={() => void restore(entry.save!.revision)}>{w.acts.restore}</button>
              )}
            </p>
          )}
        </li>
      ))}
      {cursor && <li><button type="button" onClick={() => { read(cursor).then((next) => setMore([...more, ...next]), (error: unknown) => notify(explain(error), true)) }}>{w.more}</button></li>}
    </ol>
  )
}
