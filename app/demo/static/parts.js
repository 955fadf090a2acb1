// The parts of which several pages are made: cards, pictures, lists, breadcrumbs.
import { formatDate, picture as describePicture } from './willay.js'
import { h, local } from './dom.js'

/** The address of a thing in this site; `lang` is null for the reader's own language. */
export const placesFor = (base, lang) => ({
  home: `${lang === 'en' ? base : `${base}${lang}/`}`,
  to(...steps) { return this.home + steps.map(encodeURIComponent).join('/') },
  article(one) { return one.kind === 'page' ? this.to(one.slug) : this.to('news', one.slug) },
  tag(one) { return this.to('tags', one.slug) },
})

/** A picture with its sizes, whose place is kept while it loads. */
export function figure(image, { sizes = '100vw', eager = false, caption = false, words } = {}) {
  const said = describePicture(image, { sizes })
  const img = h('img', {
    src: local(said.src), srcset: said.srcset ? local(said.srcset) : null, sizes: said.sizes, alt: said.alt ?? '',
    width: image.width, height: image.height, loading: eager ? null : 'lazy', decoding: 'async', fetchpriority: eager ? 'high' : null,
  })
  Object.assign(img.style, said.style) // by the object model, which the page's policy allows
  const sources = said.sources.map((one) => h('source', { type: one.type, srcset: local(one.srcset), sizes }))
  const shown = h('picture', null, sources, img)
  const credit = [image.caption, image.credit && `${words('photo')}: ${image.credit}`].filter(Boolean).join(' · ')
  return caption ? h('figure', null, shown, credit && h('figcaption', null, credit)) : shown
}

/** What stands where a picture would: cloth, in one of five tones and three weaves. The subject decides the tone. */
export function cloth(one) {
  const pick = (text, of) => [...text].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % of
  const own = one.slug ?? one.name
  return h('span.cloth', { 'data-tone': pick(one.tags?.[0]?.slug ?? own, 5), 'data-weave': pick(own, 3), 'aria-hidden': 'true' })
}

export function dateOf(one, words) {
  const text = one.date_precision === 'unknown' ? '' : formatDate(one, words('locale'))
  return text ? h('time', { datetime: one.published_on ?? one.published_at.slice(0, 10) }, text) : null
}

/** The subject that stands above a title: the first topic, or the first tag. */
function kicker(one, { places }) {
  const tag = one.tags?.find((tag) => tag.type === 'topic') ?? one.tags?.[0]
  return tag && h('a.kicker', { href: places.tag(tag) }, tag.name)
}

/** An article in a list. `look` is one of lead, tile (both with a picture or cloth), line. */
export function card(one, site, look = 'line', level = 'h3') {
  const { places, words, lang } = site
  const plate = look === 'line' ? null : one.image
    ? figure(one.image, { sizes: look === 'lead' ? '(min-width: 60rem) 40rem, 100vw' : '(min-width: 60rem) 20rem, 50vw', eager: look === 'lead', words })
    : cloth(one)
  return h(`article.card.${look}`, { lang: one.lang === lang ? null : one.lang },
    plate && h('a.plate', { href: places.article(one), tabindex: '-1', 'aria-hidden': 'true' }, plate),
    h('div', null,
      kicker(one, site),
      h(level, null, h('a', { href: places.article(one) }, one.title)),
      one.summary && h('p.summary', null, one.summary),
      h('p.meta', null, dateOf(one, words), one.corrections?.length > 0 && h('span.flag', null, words('correction')))))
}

export const cards = (list, site, look, level) =>
  h(`div.cards.${look ?? 'line'}s`, null, list.map((one) => card(one, site, look, level)))

export function breadcrumb(trail, site) {
  return h('nav.trail', { 'aria-label': site.words('breadcrumb') },
    h('ol', null, trail.map(([label, href]) => h('li', null, h('a', { href }, label)))))
}

/** The heading of a page; focus comes here after each step. */
export const heading = (title, ...more) => h('div.head', null, h('h1', { tabindex: '-1' }, title), more)

export const chips = (label, list) => list.length > 0 && h('nav.chips', { 'aria-label': label },
  h('h2', null, label), h('ul', null, list.map(({ name, href, count, current }) => h('li', null,
    h('a', { href, 'aria-current': current ? 'true' : null }, name, count !== undefined && h('span.count', null, ` ${count}`))))))

export const paging = (list, at, words) => list.next && h('p.paging', null,
  h('a.button', { href: `${at}?cursor=${encodeURIComponent(list.next)}` }, words('older'), ' →'))

export const count = (number, words) => (number === 1 ? words('article') : words('articles', number))

export const message = (title, ...body) => h('div.wrap.message', null, heading(title), body)

export const searchForm = ({ places, words }, value = '') => h('form.search', { action: places.to('search'), role: 'search' },
  h('label.unseen', { for: 'words' }, words('search_for')),
  h('input', { id: 'words', type: 'search', name: 'q', value, placeholder: words('type_here'), autocomplete: 'off', maxlength: '200' }),
  h('button', null, words('search')))
