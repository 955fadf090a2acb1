// What a front end in TypeScript may rely on. It is compiled, never run: an error is a failure, and
// so is an `@ts-expect-error` without one.
import { cacheTags, createWillay, formatDate, paths, picture, verifyWebhook, WillayError } from '@willay/client'
import type { Article, Found, Willay } from '@willay/client'
import type { operations } from '@willay/client/schema'

const w: Willay = createWillay({ url: '', lang: 'en', fallback: ['es'], init: { cache: 'no-store' } })
export const languages: operations['getSite']['parameters']['query'] = { lang: 'es' }

export async function lists() {
  const page = await w.articles.list({ tag: 'mining', limit: 10, order: 'oldest' })
  for (const card of page.items) {
    const whole: [string, string, string] = [card.title, card.summary, card.tags[0]!.slug]
    console.log(whole, formatDate(card, 'es-PE'), page.next?.length, page.total?.toFixed())
    // @ts-expect-error A body is in no list.
    console.log(card.body_html)
    // @ts-expect-error A picture may be missing.
    console.log(card.image.url)
    console.log(picture(card.image)?.src)
    if (card.image) console.log(picture(card.image).src)
    // @ts-expect-error So what is made from it may be missing.
    console.log(picture(card.image).src)
  }
  const some = await w.articles.list({ fields: ['title', 'slug'] })
  console.log(some.items[0]!.title, some.items[0]!.slug)
  // @ts-expect-error It was not asked for.
  console.log(some.items[0]!.summary)
  // @ts-expect-error There is no such member.
  await w.articles.list({ fields: ['titel'] })
  // @ts-expect-error There is no such filter.
  await w.articles.list({ tga: 'mining' })
  // @ts-expect-error The date of what lacks `date_precision` cannot be said.
  formatDate({ published_at: '2024-03-25T00:00:00Z' })
  for await (const card of w.articles.all({ fields: ['id'] })) {
    console.log(card.id)
    // @ts-expect-error It was not asked for.
    console.log(card.slug)
  }
}

export async function one(slug: string) {
  const { found, moved, gone } = await w.articles.get(slug, { include: ['jsonld'] })
  if (moved) return moved.toUpperCase()
  if (gone) return gone.detail
  // @ts-expect-error Nothing may be there.
  console.log(found.title)
  if (!found) return null
  const answer: Found<Article> = { found }
  console.log(answer, cacheTags(found), found.jsonld?.headline)
  const part = (await w.articles.get(slug, { fields: ['title'] })).found
  // @ts-expect-error It was not asked for.
  console.log(part?.title, part?.body_html)
  return found.body_html
}

export async function others() {
  const { hits, facets, corrected } = await w.search({ q: 'water', facets: ['tags'], kind: ['article', 'tag'] })
  for (const hit of hits) {
    if (hit.kind === 'tag') console.log(hit.item.articles_count)
    else if (hit.kind === 'article') console.log(hit.item.title)
    // @ts-expect-error Of the others only events have a title.
    else console.log(hit.item.title)
  }
  console.log(facets.tags?.[0]?.count, corrected?.q)
  const to = await w.resolve('/about-us')
  if (to?.status === 301) console.log(to.location)
  // @ts-expect-error What is gone has no location.
  if (to?.status === 410) console.log(to.location)
  for (const root of await w.tags.tree()) console.log(root.subtree[0]?.subtree[0]?.name)
  const committee = await w.committee.list({ group: 'officers' })
  console.log(committee.items[0]?.role, (await w.preview('x')).found?.preview_expires_at)
  // @ts-expect-error There is no such kind.
  await w.sponsors.list({ kind: 'gold' })
}

export async function changes() {
  for await (const change of w.changes({ cursor: '', wait: 25 })) {
    console.log(change.cursor, paths(change), cacheTags(change))
    if (change.type === 'delete') console.log(change.reason.length)
    else if (change.kind === 'article') console.log(change.item.body_html)
    // @ts-expect-error Only articles have a body.
    else console.log(change.item.body_html)
  }
}

export async function hook(request: Request) {
  const event = await verifyWebhook(request, ['whsec_a', 'whpk_b'])
  if (event.type === 'webhook.verification') return event.data.challenge
  if (event.type === 'webhook.test') return event.data.message
  // @ts-expect-error A thin message has no item.
  console.log(event.data.kind === 'article' && event.data.item.title)
  if (event.data.kind === 'article' && event.data.type === 'upsert') console.log(event.data.item?.title)
  return [...event.tags, ...event.paths].join()
}

export const seconds = (error: unknown) => (error instanceof WillayError ? error.retryAfter : null)
