import { api, take } from '../api/client'
import { useData } from '../ui/data'
import { Pending } from '../ui/parts'
import { words } from '../words'
import type { Draft } from './draft'

/** What stands in the way of publishing the saved text, and what an editor may want to know. */
export function Checklist({ draft, from = null }: { draft: Draft; from?: Date | null }) {
  const w = words.value
  const { id, revision } = draft.article.value
  const readiness = useData(() => take(api.GET('/v1/admin/articles/{article_id}/readiness', {
    params: { path: { article_id: id }, query: from ? { visible_from: from.toISOString() } : {} },
  })), [id, revision, from?.getTime()])
  if (readiness.error || !readiness.data) return <Pending of={readiness} />
  const { errors, warnings } = readiness.data
  const tell = ({ code, message }: (typeof errors)[number]) => w.findings[code] ?? w.problems[code] ?? message
  return (
    <div class="checklist">
      {!errors.length && !warnings.length && <p class="fine">{w.allReady}</p>}
      <ul>
        {errors.map((finding) => <li key={finding.code + finding.pointer} class="error"><strong>{w.blocks}</strong> {tell(finding)}</li>)}
        {warnings.map((finding) => <li key={finding.code + finding.pointer + finding.message}>{tell(finding)}</li>)}
      </ul>
    </div>
  )
}
