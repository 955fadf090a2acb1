import type { ArticleRow } from '../api/types'
import { HOME } from '../config'
import { showAgo, showMoment } from '../time'
import { StateBadge } from '../ui/parts'
import { words } from '../words'

/** Articles as a list of links, each with what an editor must know before opening it. */
export function ArticleRows({ rows, chosen, onChoose }: {
  rows: ArticleRow[]
  chosen?: Set<string>
  onChoose?: (id: string) => void
}) {
  const w = words.value
  return (
    <ul class="rows">
      {rows.map((row) => (
        <li key={row.id}>
          {chosen && <input type="checkbox" aria-label={w.choose(row.title)} checked={chosen.has(row.id)} onChange={() => onChoose?.(row.id)} />}
          <div class="row-text">
            <a href={`${HOME}/articles/${row.id}`} lang={row.lang}>{row.title}</a>
            <p class="row-facts">
              <StateBadge state={row.state} />
              {row.live && row.state !== 'published' && <span class="badge published">{w.alsoLive}</span>}
              <span>{row.lang}</span>
              {row.kind === 'page' && <span>{w.kinds.page}</span>}
              {row.scheduled.map((release) => <span key={release.revision}>{w.comesOut(showMoment(release.visible_from))}</span>)}
              <span>{w.changedBy(showAgo(row.changed_at), row.changed_by.name)}</span>
            </p>
            {row.summary && <p class="row-summary" lang={row.lang}>{row.summary}</p>}
          </div>
        </li>
      ))}
    </ul>
  )
}
