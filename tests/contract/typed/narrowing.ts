// What a front end in TypeScript may rely on. It is compiled, never run: an error is a failure, and
// so is an `@ts-expect-error` without one.
import type { components, paths } from './schema'

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never
type Question<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Query } }
}
  ? NonNullable<Query>
  : never

declare const list: Answer<'/v1/articles'>
declare const detail: Answer<'/v1/articles/{slug}'>
declare const results: Answer<'/v1/search'>
declare const feed: Answer<'/v1/changes'>

// Members are there: nothing is optional that is always sent.
export const titles: string[] = list.data.map((article) => article.title)
export const body: string = detail.data.body_html
export const next: string | null = list.links.next
// @ts-expect-error The main picture may be missing, which is null and not undefined.
export const picture: string = list.data[0]!.image.url
// @ts-expect-error A total is there only when it was asked for.
export const total: number = list.meta.total

// A hit's kind says what its item is.
for (const hit of results.data) {
  if (hit.kind === 'tag') {
    const count: number = hit.item.articles_count
    console.log(count)
    // @ts-expect-error A tag has no title.
    console.log(hit.item.title)
  } else if (hit.kind === 'article') {
    console.log(hit.item.published_at.slice(0, 10))
  } else {
    // @ts-expect-error Sponsors, members and events have no number of articles.
    console.log(hit.item.articles_count)
  }
}

// A change's type says whether there is an item, and its kind which.
for (const change of feed.data) {
  if (change.type === 'delete') {
    const reason: string = change.reason
    const nothing: null = change.item
    console.log(reason, nothing)
  } else if (change.kind === 'article') {
    console.log(change.item.body_html.length)
  } else if (change.kind === 'committee_member') {
    console.log(change.item.group)
  }
}

// Closed lists are known, alone and by comma.
export const good: Question<'/v1/articles'> = {
  order: 'oldest',
  fields: ['title', 'slug'],
  include: ['related'],
  fallback: ['en'],
}
export const facets: Question<'/v1/search'> = { q: 'water', facets: ['tags', 'year'] }
// @ts-expect-error There is no such member.
export const bad: Question<'/v1/articles'> = { fields: ['titel'] }
// @ts-expect-error An empty filter is left out.
export const empty: Question<'/v1/sponsors'> = { kind: '' }

// Problems have a code.
export const code = (problem: components['schemas']['Problem']): string => problem.code
