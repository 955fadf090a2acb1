// Search as you type. The address holds the question, so a result can be sent to somebody.
import { h, markup } from './dom.js'
import { dateOf, heading, searchForm } from './parts.js'

const PAUSE = 180

export async function search(site, _steps, query) {
  const { words, places, client } = site
  const asked = { q: query.get('q') ?? '', tag: query.get('tag') ?? '', year: query.get('year') ?? '', page: 1 }
  const results = h('div.results')
  const facets = h('div.facets')
  const said = h('p.meta', { role: 'status', 'aria-live': 'polite' })
  const form = searchForm(site, asked.q)
  const input = form.querySelector('input')
  let turn = 0, timer = 0

  async function ask(more = false) {
    const mine = ++turn
    asked.page = more ? asked.page + 1 : 1
    const period = asked.year ? { from_date: `${asked.year}-01-01`, to_date: `${asked.year}-12-31` } : {}
    const answer = await client.search({ q: asked.q, tag: asked.tag || undefined, ...period, page: asked.page, exact: asked.exact, limit: 20, facets: ['tags', 'year'] })
    if (mine === turn) show(answer, more)
  }

  function change(part) {
    Object.assign(asked, { exact: undefined }, part)
    const kept = new URLSearchParams(Object.entries({ q: asked.q, tag: asked.tag, year: asked.year }).filter(([, value]) => value))
    history.replaceState(history.state, '', `${places.to('search')}${kept.size ? `?${kept}` : ''}`)
    ask().catch(() => { said.textContent = words('failed_text') })
  }

  function show({ hits, facets: found, total, corrected, didYouMean }, more) {
    said.textContent = total === 1 ? words('found_one') : total === 0 && asked.q ? words('no_results', asked.q) : words('found', total)
    const meant = typeof corrected === 'string' ? corrected : corrected?.q
    const hint = meant
      ? h('p.hint', null, words('corrected', meant), ' ', h('button.plain', { type: 'button', click: () => change({ exact: true }) }, words('insist', asked.q)))
      : didYouMean && h('p.hint', null, h('button.plain', { type: 'button', click: () => { input.value = didYouMean; change({ q: didYouMean }) } }, words('did_you_mean', didYouMean)))
    if (!more) results.replaceChildren(...(hint ? [hint] : []))
    results.querySelector('.paging')?.remove()
    results.append(...hits.map(hit))
    if (hits.length && results.querySelectorAll('.hit').length < total) {
      results.append(h('p.paging', null, h('button.button', { type: 'button', click: () => ask(true) }, words('more'))))
    }
    const held = document.activeElement?.dataset?.facet
    facets.replaceChildren(...[group(words('topics'), 'tag', found?.tags ?? []), group(words('years'), 'year', found?.year ?? [])].filter(Boolean))
    if (held) facets.querySelector(`[data-facet="${CSS.escape(held)}"]`)?.focus()
  }

  function group(title, name, values) {
    const chosen = values.find((one) => String(one.value) === asked[name]) ?? (asked[name] ? { value: asked[name], name: asked[name], count: 0 } : null)
    const shown = [...(chosen ? [chosen] : []), ...values.filter((one) => one !== chosen)].slice(0, 10)
    return shown.length > 0 && h('section', null, h('h2', null, title), h('ul', null, shown.map((one) => h('li', null,
      h('button', { type: 'button', 'data-facet': `${name} ${one.value}`, 'aria-pressed': String(one === chosen), click: () => change({ [name]: one === chosen ? '' : String(one.value) }) },
        one.name, h('span.count', null, ` ${one.count}`))))))
  }

  function hit({ kind, item, highlights }) {
    const href = { article: () => places.article(item), tag: () => places.tag(item), sponsor: () => places.to('sponsors'), committee_member: () => places.to('committee'), event: () => item.url }[kind]?.()
    const title = highlights?.title ? markup(highlights.title) : item.title ?? item.name
    const passage = highlights?.body || highlights?.summary
    const label = kind === 'article' ? item.kind === 'page' && words('page') : kind === 'tag' ? words(item.type) : words(kind)
    return h('article.hit', { lang: item.lang && item.lang !== site.lang ? item.lang : null },
      h('h2', null, href ? h('a', { href }, title) : title),
      passage && h('p', null, markup(passage)),
      h('p.meta', null, label && h('span', null, label), kind === 'article' && item.kind !== 'page' && dateOf(item, words)))
  }

  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(() => change({ q: input.value.trim() }), PAUSE) })
  form.addEventListener('submit', (event) => { event.preventDefault(); event.stopPropagation(); clearTimeout(timer); change({ q: input.value.trim() }) })
  await ask()
  const node = h('div.wrap', null, heading(words('search')), form, said,
    h('div.finder', null, h('details.narrow', { open: matchMedia('(min-width: 48rem)').matches }, h('summary', null, words('filters')), facets), results))
  return { title: words('search'), node, focus: input }
}
