import { api, get, ifMatch, take } from '../api/client'
import { HOME } from '../config'
import { attempt } from '../shell/notices'
import { may } from '../shell/session'
import { showAgo, showMoment } from '../time'
import { usePages } from '../ui/data'
import { More, Pending } from '../ui/parts'
import { words } from '../words'
import type { Draft } from './draft'

/** What an act says of itself: when it takes effect, and why it was done. */
function describe({ visible_from: from, note, reason }: Record<string, unknown>): string {
  const said = [typeof from === 'string' && words.value.fromMoment(showMoment(from)), note, reason]
  return said.filter((part) => part && typeof part === 'string').map((part) => `: ${part}`).join('')
}

/** Saves and acts, the newest first; every text can be compared and restored. */
export function History({ draft }: { draft: Draft }) {
  const w = words.value
  const { id, revision } = draft.article.value
  const entries = usePages(async (from) => (await get(api.GET('/v1/admin/articles/{article_id}/timeline', {
    params: { path: { article_id: id }, query: { limit: 20, ...from } },
  }))).body, [id, revision])
  const restore = (number: number) => attempt(async () => {
    draft.accept(await take(api.POST('/v1/admin/articles/{article_id}/revisions/{number}/restore', {
      params: { path: { article_id: id, number }, header: ifMatch(draft.article.value.revision) },
    })))
  }, w.restoredRevision)
  if (!entries.data) return <Pending of={entries} />
  return (
    <ol class="timeline">
      {entries.rows.map((entry, index) => (
        <li key={index}>
          <p class="row-facts"><strong>{entry.by.name}</strong> <span title={showMoment(entry.at)}>{showAgo(entry.at)}</span></p>
          {entry.act && <p>{w.acted[entry.act.action]}{describe(entry.act.details)}</p>}
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
      {entries.readOn && <li><More readOn={entries.readOn} /></li>}
    </ol>
  )
}
