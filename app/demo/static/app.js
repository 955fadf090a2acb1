// The frame of every page: which address shows what, the header and the footer, the document's
// head, and the way from page to page without a reload.
import { createWillay } from './willay.js'
import { dataBlock, h } from './dom.js'
import { figure, message, placesFor, searchForm } from './parts.js'
import { search } from './search.js'
import * as views from './views.js'
import { LANGUAGES, wordsOf } from './words.js'

const BASE = new URL('./', import.meta.url).pathname
const API = new URL('../', import.meta.url).pathname.replace(/\/$/, '')
const FRESH = 300_000 // milliseconds for which the site's record is kept

const [top, main, foot, said] = ['top', 'main', 'foot', 'said'].map((id) => document.getElementById(id))
const clients = {}
let turn = 0, shownLang = null

/** What an address shows: the view, its steps, and the language. */
function route(address) {
  let steps
  try { steps = address.pathname.slice(BASE.length).split('/').filter(Boolean).map(decodeURIComponent) } catch { steps = ['%'] }
  const lang = LANGUAGES.includes(steps[0]) ? steps.shift() : LANGUAGES[0]
  const [first = '', second, third, ...more] = steps
  const isSlug = (text) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text ?? '')
  const at = (view, ...rest) => ({ lang, view, steps: rest, path: `/${steps.join('/')}`, own: steps })
  if (first === '') return at(views.home)
  if (more.length === 0 && third === undefined) {
    if (first === 'tags' && isSlug(second)) return at(views.tag, second)
    if (first === 'authors' && (second === undefined || isSlug(second))) return at(views.author, second)
    if (first === 'preview' && second) return at(views.preview, second)
    if (first === 'news' && second === undefined) return at(views.news)
    if (first === 'news' && /^[12]\d{3}$/.test(second)) return at(views.news, second)
    if (first === 'news' && isSlug(second)) return at(views.article, second)
    if (second === undefined && first in ONLY) return at(ONLY[first])
    if (second === undefined && isSlug(first)) return at(views.page, first)
  }
  if (first === 'news' && more.length === 0 && /^[12]\d{3}$/.test(second) && /^(0?[1-9]|1[0-2])$/.test(third)) return at(views.news, second, third)
  return at(views.elsewhere)
}

const ONLY = { search, committee: views.committee, sponsors: views.sponsors }

function clientOf(lang) {
  // A reader who reloads must not see for half a minute what was retracted: caches ask first.
  clients[lang] ??= createWillay({ url: API, lang, init: { cache: 'no-cache' } })
  return clients[lang]
}

/** The site's record. It changes seldom, so a visit asks for it once in five minutes. */
const records = {}
function recordOf(lang) {
  const key = `willay ${BASE} ${lang}`
  try { records[lang] ??= JSON.parse(sessionStorage.getItem(key)) } catch { /* none is kept */ }
  if (records[lang] && Date.now() - records[lang].at < FRESH) return Promise.resolve(records[lang].record)
  return clientOf(lang).site().then((record) => {
    records[lang] = { at: Date.now(), record }
    try { sessionStorage.setItem(key, JSON.stringify(records[lang])) } catch { /* it is asked for again */ }
    return record
  })
}

async function show({ moves = false, notice = '', scroll = 0 } = {}) {
  const mine = ++turn
  const address = new URL(location.href)
  const { lang, view, steps, path, own } = route(address)
  const words = wordsOf(lang)
  const site = { lang, words, client: clientOf(lang), places: placesFor(BASE, lang), placesIn: (other) => placesFor(BASE, LANGUAGES.includes(other) ? other : lang) }
  main.setAttribute('aria-busy', 'true')
  let page
  try {
    site.told = recordOf(lang).then((record) => (site.record = record))
    page = (await Promise.all([view(site, steps, address.searchParams, path), site.told]))[0]
  } catch (error) {
    console.warn(error)
    page = { title: words('failed_title'), node: message(words('failed_title'), h('p.deck', null, words('failed_text')), h('button.button', { click: () => show({ moves: true }) }, words('again'))) }
  }
  if (mine !== turn) return
  if (page.left) return location.replace(page.left)
  if (page.moved) {
    history.replaceState(history.state, '', page.moved)
    await show({ moves, notice: words('moved') })
    return
  }
  if (page.address && page.address !== location.pathname) history.replaceState(history.state, '', page.address)
  frame(site, page, own, lang)
  headOf(site, page, own)
  main.replaceChildren(...[notice && h('p.notice', null, h('span.wrap', null, notice)), page.node].flat().filter(Boolean))
  main.removeAttribute('aria-busy')
  said.textContent = moves ? document.title : ''
  const target = address.hash && document.getElementById(decodeURIComponent(address.hash.slice(1)))
  if (target) target.scrollIntoView()
  else if (moves) {
    scrollTo(0, scroll)
    const held = page.focus ?? main.querySelector('h1')
    held?.focus({ preventScroll: true })
  }
}

function frame(site, page, own, lang) {
  const { record, words, places } = site
  document.documentElement.lang = lang
  document.querySelector('.skip').textContent = words('skip')
  if (!record) return
  const here = location.pathname
  const link = (href, label) => h('a', { href, 'aria-current': here === href ? 'page' : null }, label)
  const hrefOf = (item) => (item.kind === 'page' ? places.to(item.slug) : item.kind === 'tag' ? places.to('tags', item.slug) : item.url)
  const others = LANGUAGES.filter((code) => code !== lang && record.languages.includes(code))
  const switchTo = (code) => page.alternates?.[code] ?? site.placesIn(code).to(...own) + (own[0] === 'search' ? location.search : '')
  const menu = h('nav', { 'aria-label': words('main') }, h('ul', null, h('li', null, link(places.to('news'), words('news'))),
    record.navigation.map((item) => h('li', null, link(hrefOf(item), item.label)))))
  top.replaceChildren(h('div.band'), h('div.wrap', null,
    h('p.masthead', null, h('a', { href: places.home }, record.logo?.sizes && figure({ ...record.logo, alt: '' }, { sizes: '3rem', eager: true, words }), record.name)),
    h('div.tools', null,
      h('nav', { 'aria-label': words('languages') }, others.map((code) => h('a', { href: switchTo(code), hreflang: code, lang: code }, wordsOf(code)('language')))),
      h('a.find', { href: places.to('search') }, words('search')))), h('div.menu', null, h('div.wrap', null, menu)))
  const feeds = [['RSS', record.feeds.rss], ['Atom', record.feeds.atom], ['JSON Feed', record.feeds.json], [words('upcoming'), record.feeds.events]]
  foot.replaceChildren(h('div.band'), h('div.wrap', null,
    h('div', null, h('p.masthead', null, record.name), h('p', null, record.description)),
    h('nav', { 'aria-label': record.name }, h('ul', null, record.navigation.filter((item) => item.kind === 'page').flatMap((item) => [item, ...item.children]).map((item) => h('li', null, link(hrefOf(item), item.label))),
      ['committee', 'sponsors', 'authors'].map((name) => h('li', null, link(places.to(name), words(name)))))),
    h('nav', { 'aria-label': words('follow') }, h('h2', null, words('follow')), h('ul', null,
      feeds.map(([name, href]) => h('li', null, h('a', { href: API + href.slice(href.indexOf('/v1/')) }, name))),
      record.links.map((one) => h('li', null, h('a', { href: one.url, rel: 'noopener' }, one.label))),
      record.contact?.email && h('li', null, h('a', { href: `mailto:${record.contact.email}` }, words('write_to'))))),
    record.feeds.newsletters && subscription(site),
    h('p.small', null, words('about_site'), ' ', h('a', { href: `${API}/v1` }, words('open_api')), '. ', h('a', { href: record.licence, rel: 'license noopener' }, words('licence')), '.')))
}

/** The form in the footer. The answer is the same for every address, so the page says one thing. */
function subscription({ lang, words, client }) {
  const outcome = h('p.small', { role: 'status' })
  const submit = async (event) => {
    event.preventDefault()
    const form = event.target
    try {
      await client.subscribe({ email: form.elements.email.value })
      form.reset()
      outcome.textContent = words('subscribed')
    } catch (error) {
      console.warn(error)
      outcome.textContent = words('not_subscribed')
    }
  }
  return h('form.subscribe', { submit, 'aria-label': words('by_mail') }, h('h2', null, words('by_mail')),
    h('label', null, words('your_address'), h('input', { type: 'email', name: 'email', required: true, autocomplete: 'email', maxlength: '254' })),
    h('button.button', null, words('subscribe')), outcome,
    h('p.small', null, h('a', { href: `${API}/subscribe?lang=${lang}` }, words('more_choices'))))
}

function headOf(site, page, own) {
  const name = site.record?.name ?? ''
  document.title = page.title ? (name ? `${page.title} · ${name}` : page.title) : name
  const here = location.origin + location.pathname
  const absolute = (path) => new URL(path, location.href).href
  const alternates = page.alternates && page.contentLang ? { ...page.alternates, [page.contentLang]: here } : {}
  const feed = page.feed && `${API}/v1/feeds/articles.rss?tag=${page.feed.tag}`
  document.head.querySelectorAll('[data-page]').forEach((one) => one.remove())
  document.head.append(...[
    page.description && h('meta', { name: 'description', content: page.description, 'data-page': true }),
    h('link', { rel: 'canonical', href: page.canonical ?? here, 'data-page': true }),
    ...Object.entries(alternates).map(([code, path]) => h('link', { rel: 'alternate', hreflang: code, href: absolute(path), 'data-page': true })),
    feed && h('link', { rel: 'alternate', type: 'application/rss+xml', title: page.feed.name, href: feed, 'data-page': true }),
  ].filter(Boolean))
  if (page.jsonld) {
    const block = dataBlock('application/ld+json', page.jsonld)
    block.dataset.page = ''
    document.head.append(block)
  }
}

function go(href) {
  history.replaceState({ scroll: scrollY }, '')
  history.pushState({ scroll: 0 }, '', href)
  show({ moves: true })
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]')
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.origin !== location.origin) return
  const inside = link.pathname.startsWith(BASE)
  if (!inside || (link.hash && link.pathname === location.pathname)) return
  event.preventDefault()
  go(link.href)
})
document.addEventListener('submit', (event) => {
  const form = event.target
  if (event.defaultPrevented) return
  event.preventDefault()
  go(`${form.action}?${new URLSearchParams(new FormData(form))}`)
})
addEventListener('popstate', (event) => { if (!location.hash || event.state) show({ moves: true, scroll: event.state?.scroll ?? 0 }) })
history.scrollRestoration = 'manual'
show({ scroll: 0 })
