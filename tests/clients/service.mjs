// Every method of the client, on a service that really serves (see serving.py).
import assert from 'node:assert/strict'
import { test } from 'node:test'

const { cacheTags, createWillay, formatDate, paths, picture, WillayError } = await import(process.env.CLIENT)
const known = JSON.parse(process.env.KNOWN)
const w = createWillay({ url: `${known.url}/`, lang: 'en' })
const any = createWillay({ url: known.url })

const collect = async (items) => {
  const all = []
  for await (const item of items) all.push(item)
  return all
}
const thrown = (status, code) => (error) => {
  assert(error instanceof WillayError)
  assert.deepEqual([error.status, error.code], [status, code])
  assert(error.detail.length > 5 && error.message.startsWith(code))
  return true
}

test('a list has items, cursors and, when asked for, a total', async () => {
  const first = await w.articles.list({ limit: 2, count: true, fields: ['title', 'slug'] })
  assert.equal(first.items.length, 2)
  assert.deepEqual(Object.keys(first.items[0]).sort(), ['slug', 'title'])
  assert(first.total > 50)
  assert.equal(first.prev, null)
  const second = await w.articles.list({ limit: 2, cursor: first.next })
  assert.equal(second.total, undefined)
  assert(!second.items.some((item) => item.slug === first.items[0].slug))
  const again = await w.articles.list({ limit: 2, cursor: second.prev })
  assert.deepEqual(again.items.map((item) => item.slug), first.items.map((item) => item.slug))
})

test('the language of the client goes with every list, unless a query names another or none', async () => {
  const languages = async (items) => new Set((await collect(items)).map((item) => item.lang))
  assert.deepEqual(await languages(w.articles.all()), new Set(['en']))
  assert.deepEqual(await languages(w.articles.all({ lang: 'es' })), new Set(['es']))
  assert.deepEqual(await languages(w.articles.all({ lang: '' })), new Set(['en', 'es']))
  const spanish = createWillay({ url: known.url, lang: 'es', fallback: ['en'] })
  assert.deepEqual(await languages(spanish.articles.all()), new Set(['en', 'es']))
  assert.equal((await spanish.site()).lang, 'es')
})

test('all articles come once, over several pages, from a cursor on', async () => {
  const slugs = (await collect(any.articles.all({ limit: 7, fields: ['slug'] }))).map((item) => item.slug)
  assert.equal(new Set(slugs).size, slugs.length)
  assert.equal(slugs.length, (await any.articles.list({ count: true })).total)
  const { next } = await any.articles.list({ limit: 7 })
  const rest = await collect(any.articles.all({ limit: 7, cursor: next, fields: ['slug'] }))
  assert.deepEqual(rest.map((item) => item.slug), slugs.slice(7))
})

test('an article is found, whole or in part, and in another language', async () => {
  const { found, moved, gone } = await w.articles.get('about')
  assert.match(found.body_html, /<p>/)
  assert.deepEqual([moved, gone], [undefined, undefined])
  const part = await w.articles.get('about', { fields: ['title'] })
  assert.deepEqual(part, { found: { title: found.title } })
  const other = await w.articles.get('about', { lang: 'es' })
  assert.equal(other.found.lang, 'es')
  const alien = (await any.articles.list({ lang: 'es', limit: 1 })).items[0].slug
  assert.equal((await w.articles.get(alien)).found.lang, 'es')
})

test('a former slug, an id and capitals have moved', async () => {
  const { found } = await w.articles.get('about')
  for (const former of ['about-us', found.id, 'About']) {
    assert.deepEqual(await w.articles.get(former), { found: null, moved: 'about' })
    assert.deepEqual(await w.articles.get(former, { fields: ['title'] }), { found: null, moved: 'about' })
  }
  assert.deepEqual(await w.tags.get('Mining'), { found: null, moved: 'mining' })
})

test('what was retracted is gone, with the reason', async () => {
  const { found, gone } = await w.articles.get('forged')
  assert.equal(found, null)
  assert.equal(gone.reason, 'retracted')
  assert.match(gone.detail, /The source was forged/)
})

test('no slug that a reader makes up leads elsewhere', async () => {
  const slugs = ['nope', '', '.', '..', '../tags', 'a/b', 'a?b#c', '%zz', 'ñandú', 'a\0b', 'x'.repeat(3_000)]
  for (const slug of slugs) {
    for (const { get } of [w.articles, w.tags, w.authors, w.events, { get: w.preview }]) {
      assert.deepEqual(await get(slug), { found: null }, slug)
    }
  }
})

test('the site and its home', async () => {
  const site = await w.site()
  assert.equal(site.url, 'https://www.example.org')
  assert(site.navigation.length > 2 && site.sections.length > 2)
  const home = await w.home({ latest: 3, per_section: 2 })
  assert.equal(home.latest.length, 3)
  assert(home.sections.every((section) => section.articles.length <= 2))
})

test('tags are a list and a tree', async () => {
  const { items, total } = await w.tags.list()
  assert.equal(items.length, total)
  const tree = await w.tags.tree({ type: 'topic' })
  const environment = tree.find((tag) => tag.slug === 'environment')
  assert(environment.subtree.some((tag) => tag.slug === 'mining' && tag.subtree.length === 0))
  assert(!tree.some((tag) => tag.slug === 'mining'))
  const count = (tags) => tags.reduce((sum, tag) => sum + 1 + count(tag.subtree), 0)
  assert.equal(count(await w.tags.tree()), total)
  assert.equal((await w.tags.get('mining', { lang: 'es' })).found.name, 'Minería')
})

test('people, sponsors, events and the archive', async () => {
  const founding = await w.sponsors.list({ kind: 'founding' })
  assert.deepEqual(founding.items.map((sponsor) => sponsor.kind), ['founding'])
  assert((await w.committee.list({ group: 'officers' })).items.length > 0)
  const { items } = await w.authors.list({ limit: 1 })
  assert.deepEqual((await w.authors.get(items[0].slug)).found.slug, items[0].slug)
  const events = await w.events.list({ limit: 1 })
  assert.notEqual(events.next, null)
  assert.equal((await w.events.get(events.items[0].id)).found.title, events.items[0].title)
  const years = (await w.archive({ tag: 'mining' })).items
  assert(years.every((year) => year.count === year.months.reduce((sum, month) => sum + month.count, 0)))
})

test('a search gives hits, facets, a correction and the next page', async () => {
  const first = await w.search({ q: 'watr rigths', facets: ['tags', 'year'], limit: 2 })
  assert.equal(first.hits.length, 2)
  assert(first.total > 2 && first.facets.tags.length > 0)
  assert.equal(first.corrected.q, 'water rights')
  assert.equal(first.next, 2)
  const second = await w.search({ q: 'water', limit: 2, page: first.next })
  assert.equal(second.corrected, null)
  assert.deepEqual(second.facets, {})
  const last = await w.search({ q: 'zzzzqqqq' })
  assert.deepEqual([last.hits, last.next], [[], null])
  assert((await w.suggest('min')).some((one) => one.title === 'Mining'))
  assert.deepEqual(await w.suggest(''), [])
})

test('a path is shown, leads elsewhere, is gone, or never was', async () => {
  assert.deepEqual((({ status, kind }) => [status, kind])(await w.resolve('/about')), [200, 'page'])
  assert.deepEqual((({ status, location }) => [status, location])(await w.resolve('/about-us')), [301, '/about'])
  const gone = await w.resolve('/events/2012-conference/booking')
  assert.deepEqual([gone.status, gone.reason], [410, 'removed'])
  for (const path of ['/no/such/path?a=b&c', '/', '', '/a\0b', '/%00', '/%zz', `/${'x'.repeat(9_000)}`, '//x.example']) {
    assert.equal(await w.resolve(path), null, path)
  }
  await assert.rejects(createWillay({ url: `${known.url}/v1` }).resolve('/about'), thrown(404, 'not_found'))
})

test('a draft comes by its token', async () => {
  const { found } = await w.preview(known.token)
  assert.deepEqual([found.slug, found.is_preview], ['draft', true])
  assert.deepEqual(await w.articles.get('draft'), { found: null })
})

test('changes come all, and go on from a cursor', async () => {
  const changes = await collect(w.changes({ limit: 10 }))
  const sequences = changes.map((change) => change.sequence)
  assert.deepEqual(sequences, [...new Set(sequences)].sort((one, other) => one - other))
  assert.deepEqual(await collect(w.changes({ cursor: changes.at(-1).cursor })), [])
  for (const place of [0, 4, 9, 10, 15]) {
    const rest = await collect(w.changes({ limit: 10, cursor: changes[place].cursor }))
    const missed = sequences.slice(place + 1).filter((one) => !rest.some((change) => change.sequence === one))
    assert.deepEqual(missed, [])
  }
  const gone = changes.find((change) => change.id === known.gone)
  assert.deepEqual([gone.type, gone.slug], ['delete', 'forged'])
  assert(paths(gone).includes('/news/forged') && paths(gone).includes('/tags/mining'))
  assert(cacheTags(gone).includes('article/forged') && cacheTags(gone).includes(`article/${gone.id}`))
})

test('a picture has files for every width', async () => {
  const { found } = await w.articles.get('pictured')
  const shown = picture(found.image, { sizes: '50vw' })
  assert.equal(shown.src, found.image.url)
  assert.deepEqual([shown.alt, shown.sizes], ['Red and blue', '50vw'])
  assert.match(shown.srcset, /\.jpg 320w, .*\.jpg \d+w$/)
  assert.deepEqual(shown.sources.map(({ type, sizes }) => [type, sizes]), [['image/webp', '50vw']])
  assert.match(shown.style.backgroundColor, /^#/)
  assert.equal(shown.style.objectPosition, '25% 50%')
  const { pathname } = new URL(shown.sources[0].srcset.split(' ')[0])
  const file = await fetch(known.url + pathname)
  assert.equal(file.headers.get('content-type'), 'image/webp')
  assert.equal(formatDate(found, 'en-GB'), '1 March 2026')
})

test('a wrong question says what to do', async () => {
  await assert.rejects(w.articles.list({ limit: 101 }), thrown(400, 'invalid_parameter'))
  await assert.rejects(w.articles.list({ tga: 'x' }), thrown(400, 'unknown_parameter'))
  await assert.rejects(collect(w.articles.all({ cursor: 'x' })), thrown(400, 'invalid_cursor'))
  await assert.rejects(w.articles.get('about', { lang: 'qu' }), WillayError)
  await assert.rejects(collect(w.changes({ cursor: 'x' })), WillayError)
  await assert.rejects(createWillay({ url: `${known.url}/v1` }).site(), thrown(404, 'not_found'))
})
