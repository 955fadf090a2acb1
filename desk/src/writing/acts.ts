import { api, ApiProblem, ifMatch, take } from '../api/client'
import type { Article, PlannedRelease } from '../api/types'
import { may } from '../shell/session'
import { readArticle, type Draft } from './draft'

export type ActName =
  | 'submit' | 'approve' | 'return' | 'publish' | 'schedule' | 'correct' | 'unpublish' | 'retract' | 'cancel' | 'discard'
  | 'trash' | 'restore' | 'duplicate'

/** The acts that make sense for an article now and that I may do, the next one first. */
export function actsFor(article: Article): ActName[] {
  if (article.trashed_at) return may('articles:write') ? ['restore'] : []
  const acts: ActName[] = []
  const isBeside = article.live !== null && article.text_revision !== article.live.revision
  const isNew = article.live === null || isBeside
  if (may('articles:publish') && isNew) acts.push('publish', 'schedule')
  if (may('articles:review') && article.state === 'in_review') acts.unshift('approve', 'return')
  if (may('articles:write') && ['draft', 'expired', 'unpublished', 'retracted'].includes(article.state)) {
    acts[may('articles:publish') ? 'push' : 'unshift']('submit')
  }
  if (may('articles:publish') && article.live) acts.push('correct', 'unpublish', 'retract')
  if (may('articles:publish') && article.scheduled.length) acts.push('cancel')
  if (may('articles:write') && isBeside) acts.push('discard')
  if (may('articles:write')) acts.push('duplicate')
  if (may('articles:write') && !article.live && !article.scheduled.length) acts.push('trash')
  return acts
}

export interface ActInput {
  note?: string
  reason?: string
  from?: Date | null
  until?: Date | null
  siblings?: string[]
  cancels?: boolean
}

/** Does an act on the article as it is saved, and takes in what became of it. */
export async function performAct(draft: Draft, act: ActName, input: ActInput): Promise<Article | null> {
  const article = draft.article.value
  const params = { path: { article_id: article.id }, header: ifMatch(article.revision) }
  const { note, reason, siblings = [], cancels = false } = input
  const noted = note ? { note } : {}
  const path = `/v1/admin/articles/{article_id}/${act}` as const
  switch (act) {
    case 'submit': case 'approve': case 'return':
      await take(api.POST(`/v1/admin/articles/{article_id}/${act}`, { params, body: noted }))
      break
    case 'publish': case 'schedule':
      await take(api.POST('/v1/admin/articles/{article_id}/publish', {
        params,
        body: {
          text_revision: article.text_revision,
          cancels,
          ...(act === 'schedule' && input.from ? { visible_from: input.from.toISOString() } : {}),
          ...(input.until ? { visible_until: input.until.toISOString() } : {}),
        },
      }))
      break
    case 'unpublish':
      await take(api.POST('/v1/admin/articles/{article_id}/unpublish', { params, body: { ...noted, cancels, siblings } }))
      break
    case 'retract':
      await take(api.POST('/v1/admin/articles/{article_id}/retract', { params, body: { reason: reason ?? '', cancels, siblings } }))
      break
    case 'cancel': case 'discard': case 'restore':
      await take(api.POST(path as '/v1/admin/articles/{article_id}/cancel', { params }))
      break
    case 'duplicate':
      return take(api.POST('/v1/admin/articles/{article_id}/duplicate', { params: { path: params.path }, body: {} }))
    case 'trash': {
      const { error, response } = await api.DELETE('/v1/admin/articles/{article_id}', { params })
      if (!response.ok) throw new ApiProblem(response.status, (error ?? {}) as never)
      break
    }
    case 'correct':
      break
  }
  draft.accept(await readArticle(article.id))
  return null
}

/** The releases that an act would cancel and so refused, or null for another refusal. */
export const wouldCancel = (error: unknown): PlannedRelease[] | null =>
  error instanceof ApiProblem && error.code === 'would_cancel' ? error.body.releases ?? [] : null
