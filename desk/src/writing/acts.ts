import { api, get, ifMatch, take } from '../api/client'
import type { Article } from '../api/types'
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
  if (may('articles:review') && article.state === 'approved') acts.push('return')
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

/** Acts that are done to the article where it stands; the others lead to a place of their own. */
export type ActHere = Exclude<ActName, 'correct' | 'duplicate'>

interface ActInput {
  /** The note; of a retraction, its reason. */
  note?: string
  from?: Date | null
  until?: Date | null
  siblings?: string[]
  cancels?: boolean
}

/** Does an act on the article as it is saved, and takes in what became of it. */
export async function performAct(draft: Draft, act: ActHere, input: ActInput = {}): Promise<void> {
  draft.accept(await sendAct(draft.article.value, act, input))
}

async function sendAct(article: Article, act: ActHere, input: ActInput): Promise<Article> {
  const params = { path: { article_id: article.id }, header: ifMatch(article.revision) }
  const { note = '', from, until, siblings = [], cancels = false } = input
  const noteIfAny = note ? { note } : {}
  switch (act) {
    case 'submit': case 'approve': case 'return':
      return take(api.POST(`/v1/admin/articles/{article_id}/${act}`, { params, body: noteIfAny }))
    case 'publish': case 'schedule':
      return take(api.POST('/v1/admin/articles/{article_id}/publish', {
        params,
        body: {
          text_revision: article.text_revision,
          cancels,
          ...(act === 'schedule' && from ? { visible_from: from.toISOString() } : {}),
          ...(until ? { visible_until: until.toISOString() } : {}),
        },
      }))
    case 'unpublish':
      return take(api.POST('/v1/admin/articles/{article_id}/unpublish', { params, body: { ...noteIfAny, cancels, siblings } }))
    case 'retract':
      return take(api.POST('/v1/admin/articles/{article_id}/retract', { params, body: { reason: note, cancels, siblings } }))
    case 'cancel': case 'discard': case 'restore':
      return take(api.POST(`/v1/admin/articles/{article_id}/${act}`, { params }))
    case 'trash':
      await get(api.DELETE('/v1/admin/articles/{article_id}', { params }))
      return readArticle(article.id)
  }
}
