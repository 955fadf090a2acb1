// One function for each page. It asks the API for at most two things and gives the page as an
// object: title, node, and what belongs into the document's head.
import { h, markup } from './dom.js'
import {
  breadcrumb, card, cards, chips, cloth, count, dateOf, figure, heading, message, paging, searchForm,
} from './parts.js'

export async function home(site) {
  const { client, words, places } = site
  const [{ featured, latest, sections }, { items: founding }, { name, description }] = await Promise.all([
    client.home({ latest: 9, per_section: 3 }), client.sponsors.list({ kind: 'founding' }), site.told,
  ])
  const leads = featured.length ? featured : latest.slice(0, 3)
  const shown = new Set(leads.map((one) => one.id))
  const rest = latest.filter((one) => !shown.has(one.id)).slice(0, 6)
  const node = [
    h('div.wrap.front', null,
      h('h1.unseen', { tabindex: '-1' }, name),
      leads[0] && h('section.leads', { 'aria-label': words('featured') }, card(leads[0], site, 'lead', 'h2'),
        h('div.seconds', null, leads.slice(1, 3).map((one) => card(one, site, 'tile', 'h2')))),
      h('section', null, h('div.rule', null, h('h2', null, words('latest')), h('a', { href: places.to('news') }, words('all_news'))), cards(rest, site))),
    h('div.statement', null, h('div.wrap', null, h('p', null, description))),
    h('div.wrap', null, sections.map(({ tag, articles }) => h('section', null,
      h('div.rule', null, h('h2', null, tag.name), h('a', { href: places.tag(tag) }, words('more_in', tag.name))),
      cards(articles, site, 'tile')))),
    founding.length > 0 && h('div.wrap', null, h('section.founding', null, h('h2', null, words('founding')),
      founding.map((one) => h('p', null, one.name)), h('a', { href: places.to('sponsors') }, words('supported')))),
  ]
  return { title: null, description, node }
}

const pageOf = (query) => ({ limit: 20, cursor: query.get('cursor') ?? undefined })

const refused = (error) => { if (![400, 404, 410].includes(error.status)) throw error }

export async function news(site, [year, month], query) {
  const { client, words, places } = site
  const number = (text) => text.padStart(2, '0')
  const period = !year ? {} : month
    ? { from_date: `${year}-${number(month)}-01`, to_date: `${year}-${number(month)}-${new Date(Date.UTC(+year, +month, 0)).getUTCDate()}` }
    : { from_date: `${year}-01-01`, to_date: `${year}-12-31` }
  const list = await client.articles.list({ ...period, ...pageOf(query), include: ['archive'] })
  const ofMonth = (which, style = 'long') => new Intl.DateTimeFormat(words('locale'), { month: style, timeZone: 'UTC' }).format(Date.UTC(2000, which - 1))
  const years = list.meta.archive
  const chosen = years.find((one) => one.year === Number(year))
  const title = !year ? words('news') : month ? `${ofMonth(month)} ${year}` : year
  const node = h('div.wrap', null,
    year && breadcrumb([[words('news'), places.to('news')], ...(month ? [[year, places.to('news', year)]] : [])], site),
    heading(title),
    chips(words('years'), years.map((one) => ({ name: one.year, href: places.to('news', String(one.year)), current: one === chosen }))),
    chosen && chips(words('months'), chosen.months.toReversed().map((one) => ({
      name: ofMonth(one.month), count: one.count, href: places.to('news', year, number(String(one.month))), current: one.month === Number(month),
    }))),
    list.items.length ? cards(list.items, site, 'line', 'h2') : h('p', null, words('nothing')),
    paging(list, location.pathname, words))
  return { title, node }
}

export async function tag(site, [slug], query) {
  const { client, words, places } = site
  const list = await client.articles.list({ tag: slug, ...pageOf(query), include: ['tag'] }).catch(refused)
  const one = list?.meta.tag
  if (!one) {
    const answer = await client.tags.get(slug)
    return answer.gone ? gone(site, answer.gone) : lost(site, slug)
  }
  if (one.slug !== slug) return { moved: places.to('tags', one.slug) }
  const { ancestors = [], subtags: below = [] } = one
  const node = h('div.wrap', null,
    breadcrumb([[words('news'), places.to('news')], ...ancestors.map((up) => [up.name, places.tag(up)])], site),
    heading(one.name, h('p.deck', null, one.description), h('p.meta', null, h('span', null, words(one.type)), h('span', null, count(one.articles_count, words)))),
    chips(words('within'), below.map((tag) => ({ name: tag.name, href: places.tag(tag) }))),
    list.items.length ? [query.get('cursor') ? cards(list.items, site, 'line', 'h2') : [
      cards(list.items.slice(0, 3), site, 'tile', 'h2'), cards(list.items.slice(3), site, 'line', 'h2')]] : h('p', null, words('nothing')),
    paging(list, location.pathname, words))
  return { title: one.name, description: one.description, node, feed: { tag: slug, name: one.name } }
}

export async function article(site, [slug], _query, isPage = false) {
  const { client, places, lang } = site
  const answer = await client.articles.get(slug, { lang, include: 'jsonld' })
  const one = answer.found
  if (answer.moved) return { moved: isPage ? places.to(answer.moved) : places.to('news', answer.moved) }
  if (answer.gone) return gone(site, answer.gone)
  if (!one) return lost(site, slug)
  // A text that is not in the reader's language may have a translation, which has another address.
  return { ...whole(one, site), address: places.article(one), jsonld: one.jsonld, canonical: one.canonical_url }
}

/** An article whole, published or a draft. */
function whole(one, site, banner) {
  const { words, places, lang } = site
  const isPage = one.kind === 'page'
  const language = (code) => new Intl.DisplayNames([words('locale')], { type: 'language' }).of(code)
  const foreign = one.lang === lang ? null : one.lang
  const topic = one.tags?.find((tag) => tag.type === 'topic')
  const toc = one.toc?.length > 2 ? one.toc : []
  const corrections = one.corrections ?? []
  const updated = one.updated_at?.slice(0, 10) > one.published_at?.slice(0, 10)
    && words('updated', new Intl.DateTimeFormat(words('locale'), { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(one.updated_at)))
  const body = h('div.body', null, markup(one.body_html))
  const node = [h('article.story', { class: isPage ? 'story page' : null }, h('div.wrap', null,
    banner,
    h('header', { lang: foreign },
      !isPage && topic && breadcrumb([[words('news'), places.to('news')], [topic.name, places.tag(topic)]], site),
      heading(one.title, h('p.deck', null, one.summary)),
      !isPage && h('p.meta', null,
        one.authors?.length > 0 && h('span', null, words('by'), ' ', one.authors.map((author, at) => [at > 0 && ', ', h('a', { href: places.to('authors', author.slug) }, author.name)])),
        dateOf(one, words), updated && h('span', null, updated), one.reading_minutes && h('span', null, words('minutes', one.reading_minutes)))),
    foreign && h('p.note', null, words('only_in', language(one.lang))),
    one.translations?.length > 0 && h('p.note', null, words('also_in'), ' ', one.translations.map((other, at) => [at > 0 && ', ',
      h('a', { href: site.placesIn(other.lang).article({ ...one, slug: other.slug }), hreflang: other.lang, lang: other.lang }, other.title ?? language(other.lang))])),
    one.image && figure(one.image, { sizes: '(min-width: 60rem) 56rem, 100vw', eager: true, caption: true, words }),
    h('div.columns', null,
      toc.length > 0 && h('nav.toc', { 'aria-label': words('on_this_page') }, h('h2', null, words('on_this_page')),
        h('ol', null, toc.map((entry) => h('li', { 'data-level': entry.level }, h('a', { href: `#${entry.id}` }, entry.text))))),
      h('div.text', { lang: foreign },
        corrections.length > 0 && h('aside.corrections', { 'aria-label': words('corrections') }, h('h2', null, words('corrections')),
          corrections.map((each) => h('p', null, h('time', { datetime: each.at }, new Intl.DateTimeFormat(words('locale'), { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(each.at))), ' ', each.note))),
        body,
        one.is_excerpt && h('p.note', null, words('excerpt'), ' ', one.source?.url && h('a', { href: one.source.url, rel: 'noopener' }, words('read_whole'))),
        h('footer.facts', null,
          one.source && h('p', null, one.source.url ? h('a', { href: one.source.url, rel: 'noopener' }, words('source', one.source.name)) : words('source', one.source.name)),
          one.rights && h('p', null, h('a', { href: one.rights.licence, rel: 'license noopener' }, words('licence')), one.rights.credit && ` · ${one.rights.credit}`),
          one.tags?.length > 0 && h('ul.tags', null, one.tags.map((tag) => h('li', null, h('a', { href: places.tag(tag) }, tag.name))))))))),
    !isPage && after(one, site)]
  const alternates = Object.fromEntries((one.translations ?? []).map((other) => [other.lang, site.placesIn(other.lang).article({ ...one, slug: other.slug })]))
  return { title: one.seo?.title ?? one.title, description: one.seo?.description ?? one.summary, node, alternates, contentLang: one.lang }
}

function after(one, site) {
  const { words, places } = site
  const step = (label, other, side) => other && h(`a.${side}`, { href: places.article(other), rel: side }, h('span', null, label), other.title)
  const { older, newer } = one.neighbours ?? {}
  const related = (one.related ?? []).slice(0, 3)
  return h('div.wrap.after', null,
    related.length > 0 && h('section', null, h('div.rule', null, h('h2', null, words('related'))), cards(related, site, 'tile')),
    (older || newer) && h('nav.steps', { 'aria-label': `${words('previous')}, ${words('next')}` }, step(words('previous'), older, 'prev'), step(words('next'), newer, 'next')))
}

export const page = (site, [slug], query) => article(site, [slug], query, true)

const person = (one, words) => h('li', null,
  h('div.portrait', null, one.portrait ? figure(one.portrait, { sizes: '6rem', words }) : cloth(one)),
  h('div', null, h('h3', null, one.name), one.role && h('p.role', null, one.role), one.affiliation && h('p.meta', null, one.affiliation),
    one.biography && h('p', null, one.biography), links(one.links)))

const links = (list) => list?.length > 0 && h('p.meta', null, list.map((link) => h('a', { href: link.url, rel: 'noopener' }, link.label)))

export async function committee(site) {
  const { client, words } = site
  const { items: members } = await client.committee.list()
  const node = h('div.wrap', null, heading(words('committee')), ['officers', 'committee', 'staff'].map((group) => {
    const list = members.filter((one) => one.group === group)
    return list.length > 0 && h('section', null, h('div.rule', null, h('h2', null, words(group))), h('ul.people', null, list.map((one) => person(one, words))))
  }), members.length === 0 && h('p', null, words('nothing')))
  return { title: words('committee'), node }
}

export async function sponsors(site) {
  const { client, words } = site
  const { items: all } = await client.sponsors.list()
  const named = (one) => (one.url ? h('a', { href: one.url, rel: 'noopener' }, one.name) : one.name)
  const node = h('div.wrap', null, heading(words('sponsors')), ['founding', 'patron', 'sponsor', 'funder', 'partner'].map((kind) => {
    const list = all.filter((one) => one.kind === kind)
    return list.length > 0 && h(`section.${kind}`, null, h('div.rule', null, h('h2', null, words(kind))), h('ul.names', null, list.map((one) => h('li', null,
      one.image && figure(one.image, { sizes: '12rem', words }), h('h3', null, named(one)), one.statement && h('p', null, one.statement)))))
  }))
  return { title: words('sponsors'), node }
}

export async function author(site, [slug], query) {
  const { client, words, places } = site
  if (!slug) {
    const list = await client.authors.list()
    return { title: words('authors'), node: h('div.wrap', null, heading(words('authors')), h('ul.names', null, list.items.map((one) => h('li', null,
      h('h2', null, h('a', { href: places.to('authors', one.slug) }, one.name)), h('p.meta', null, count(one.articles_count, words)))))) }
  }
  const list = await client.articles.list({ author: slug, ...pageOf(query), include: ['author'] }).catch(refused)
  const one = list?.meta.author
  if (!one) {
    const { moved } = await client.authors.get(slug)
    return moved ? { moved: places.to('authors', moved) } : lost(site, slug)
  }
  const node = h('div.wrap', null, breadcrumb([[words('authors'), places.to('authors')]], site),
    h('div.profile', null, one.portrait && figure(one.portrait, { sizes: '10rem', words }), heading(one.name,
      one.biography && h('p.deck', null, one.biography), h('p.meta', null, h('span', null, count(one.articles_count, words))), links(one.links))),
    cards(list.items, site, 'line', 'h2'), paging(list, location.pathname, words))
  return { title: one.name, description: one.biography, node }
}

export async function preview(site, [token]) {
  const { client, words } = site
  const answer = await client.preview(token ?? '')
  const one = answer.found
  if (!one) return { title: words('expired_title'), node: message(words('expired_title'), h('p', null, words('expired_text'))) }
  const banner = h('p.banner', null, h('strong', null, words('preview')), ' ', words('preview_text'))
  return { ...whole(one, site, banner), alternates: {} }
}

/** An address of no page here: perhaps one of the former site, which the API may know. */
export async function elsewhere(site, _steps, _query, path) {
  const found = await site.client.resolve(path)
  if (!found) return lost(site, path.split('/').at(-1))
  if (found.status === 410) return gone(site, found)
  if (found.kind === 'elsewhere') return { left: found.location }
  if (found.kind === 'media') return { left: found.url }
  const places = found.lang ? site.placesIn(found.lang) : site.places
  return { moved: found.kind === 'tag' ? places.tag(found) : places.article(found) }
}

export function gone({ words, places }, problem) {
  const reason = problem.reason && words('reason', words(problem.reason))
  const node = message(words('gone_title'), h('p.deck', null, words('gone_text')), reason && h('p', null, reason),
    problem.reason === 'removed' && problem.detail && h('p', null, problem.detail), h('p', null, h('a.button', { href: places.to('news') }, words('all_news'))))
  return { title: words('gone_title'), node }
}

export function lost(site, slug = '') {
  const { words } = site
  const node = message(words('lost_title'), h('p.deck', null, words('lost_text')), searchForm(site, slug.replaceAll('-', ' ').slice(0, 80)))
  return { title: words('lost_title'), node }
}
