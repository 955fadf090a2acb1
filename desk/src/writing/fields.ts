import type { Article, ArticlePatch } from '../api/types'

/** What an editor changes of an article; each is sent by itself. */
const FIELDS = [
  'lang', 'title', 'slug', 'summary', 'body', 'body_format', 'authors', 'source', 'image', 'rights', 'tags',
  'published_at', 'date_precision', 'is_excerpt', 'seo', 'canonical_url', 'parent', 'position', 'related',
] as const

export type FieldName = (typeof FIELDS)[number]
export type Fields = Pick<Article, FieldName>

export const fieldsOf = (article: Fields): Fields =>
  Object.fromEntries(FIELDS.map((name) => [name, article[name]])) as unknown as Fields

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** The fields of `after` that are other than those of `before`. */
export function changesBetween(before: Fields, after: Fields): Partial<Fields> {
  return Object.fromEntries(
    FIELDS.filter((name) => !isSame(before[name], after[name])).map((name) => [name, after[name]]),
  ) as Partial<Fields>
}

/** The request that makes these changes. The format goes with its body. */
export function toPatch(changes: Partial<Fields>, after: Fields): ArticlePatch {
  const patch: Partial<Fields> = { ...changes }
  if ('body' in patch || 'body_format' in patch) {
    patch.body = after.body
    patch.body_format = after.body_format
  }
  return patch as ArticlePatch
}
