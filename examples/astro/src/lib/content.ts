// What the static pages are made of: the content store, read once a build and put in order.
import { getCollection, getEntry } from 'astro:content'
import type { Item, Lang, Site, Tag } from './site'

const SIZE = 20

const group = (items: Item[], keys: (item: Item) => string[]) => {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    for (const key of keys(item)) groups.set(key, groups.get(key) ?? []).get(key)?.push(item)
  }
  return groups
}

async function read() {
  const entries = (await getCollection('content')).map(({ data }) => data)
  const items = entries.flatMap((one) => (one.kind === 'article' ? [one.item] : []))
  const tags = new Map(entries.flatMap((one) => (one.kind === 'tag' ? [[one.item.slug, one.item]] : [])))
  /** A tag and those above it: each shows what is under the tags below it, too. */
  const lineage = (slug: string): string[] => {
    const parent = tags.get(slug)?.parent
    return parent ? [slug, ...lineage(parent)] : [slug]
  }
  const articles = items
    .filter((item) => item.kind === 'article')
    .sort((one, other) => Date.parse(other.published_at) - Date.parse(one.published_at) || (one.id < other.id ? 1 : -1))
  return {
    articles,
    pages: items.filter((item) => item.kind === 'page'),
    tags,
    byLang: group(articles, (item) => [item.lang]),
    byTag: group(articles, (item) => [...new Set(item.tags.flatMap(({ slug }) => lineage(slug)))]),
  }
}

let kept: ReturnType<typeof read> | undefined
export const content = () => (kept ??= read())

export async function siteIn(lang: Lang): Promise<Site> {
  const entry = await getEntry('site', lang)
  if (!entry) throw new Error(`The record of the site in ${lang} was not loaded.`)
  return entry.data
}

/** The newest articles under a tag, those in the reader's language first. */
export async function underTag({ slug }: Pick<Tag, 'slug'>, lang: Lang) {
  const found = (await content()).byTag.get(slug) ?? []
  return [...found.filter((one) => one.lang === lang), ...found.filter((one) => one.lang !== lang)]
}

/** What stands around an article: the older and the newer one, and those with most tags in common. */
export async function around(item: Item) {
  const { byLang, byTag } = await content()
  const all = byLang.get(item.lang) ?? []
  const place = all.findIndex((one) => one.id === item.id)
  const scores = new Map<Item, number>()
  for (const { slug } of item.tags) {
    const others = (byTag.get(slug) ?? []).filter((one) => one.id !== item.id && one.lang === item.lang)
    for (const other of others) scores.set(other, (scores.get(other) ?? 0) + 1)
  }
  const related = [...scores].sort(([, one], [, other]) => other - one).slice(0, 3)
  return {
    related: related.map(([other]) => other),
    older: place < 0 ? undefined : all[place + 1],
    newer: place < 0 ? undefined : all[place - 1],
  }
}

/** A list in pages: the end of each address, and what it shows. */
export function inPages(items: Item[], path: string) {
  const count = Math.max(1, Math.ceil(items.length / SIZE))
  const at = (number: number) => (number === 1 ? path : `${path}/page/${number}`)
  return Array.from({ length: count }, (_, index) => ({
    rest: index ? `page/${index + 1}` : undefined,
    shown: {
      number: index + 1,
      path: at(index + 1),
      items: items.slice(index * SIZE, (index + 1) * SIZE),
      newer: index > 0 ? at(index) : undefined,
      older: index + 1 < count ? at(index + 2) : undefined,
    },
  }))
}
export type Shown = ReturnType<typeof inPages>[number]['shown']
