import { useEffect, useState } from 'preact/hooks'
import { api, get, take } from '../api/client'
import type { State } from '../api/types'
import { config } from '../config'
import { explain, notify } from '../shell/notices'
import { go, place } from '../shell/router'
import { may } from '../shell/session'
import { Input, Select, valueOf } from '../ui/Field'
import { nameOf, readTags, toSlug } from '../ui/TagPicker'
import { useData, usePages, useQuiet } from '../ui/data'
import { Empty, More, Pending, Screen } from '../ui/parts'
import { words } from '../words'
import { ArticleRows } from './ArticleRows'

const STATES: State[] = ['draft', 'in_review', 'approved', 'scheduled', 'published', 'expired', 'unpublished', 'retracted']
const MORE_FILTERS = ['kind', 'tag', 'author', 'published_from', 'published_to'] as const
const FILTERS = ['q', 'state', 'lang', 'order', 'mine', 'scheduled', 'trashed', 'missing_translation', ...MORE_FILTERS] as const

/** The parameters of the address that are filters of the list. */
const filtersOf = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries(FILTERS.flatMap((name) => (query.get(name) ? [[name, query.get(name)!]] : [])))

/** Sets these filters; an empty one is none. */
function setFilters(changes: Partial<Record<(typeof FILTERS)[number], string>>): void {
  const query = new URLSearchParams(place.value.query)
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  go(`/articles${text ? `?${text}` : ''}`, { replace: true })
}

/** All articles: found, filtered, chosen together. The filters are the address. */
export function Articles() {
  const w = words.value
  const filters = filtersOf(place.value.query)
  const { state = '', order = '-changed', trashed = '', ...countFilters } = filters
  const [text, setText] = useState(filters['q'] ?? '')
  const quiet = useQuiet(text)
  useEffect(() => { if (quiet !== (filters['q'] ?? '')) setFilters({ q: quiet }) }, [quiet])
  // Another address, such as that of the menu, brings its own words.
  useEffect(() => { if (quiet !== (filters['q'] ?? '')) setText(filters['q'] ?? '') }, [filters['q']])
  const [chosen, setChosen] = useState(new Set<string>())

  const articles = usePages(async (from) => {
    if (!from.cursor) setChosen(new Set())
    const query = { include: 'summary', limit: 30, count: true, ...filters, ...from }
    return (await get(api.GET('/v1/admin/articles', { params: { query } }))).body
  }, [JSON.stringify(filters)])
  const { rows } = articles
  const counts = useData(() => take(api.GET('/v1/admin/articles/counts', { params: { query: countFilters } })), [JSON.stringify(countFilters)])
  const choose = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }
  const act = async (op: 'submit' | 'approve' | 'trash' | 'restore') => {
    const operations = rows.filter((row) => chosen.has(row.id)).map((row) => ({ id: row.id, revision: row.revision, op }))
    try {
      const { body } = await get(api.POST('/v1/admin/articles/bulk', { body: { mode: 'per_item', operations } }))
      notify(w.bulkDone(body.meta.done, body.meta.refused))
      body.data.filter((result) => result.outcome === 'refused').slice(0, 3)
        .forEach((result) => notify(`${rows.find((row) => row.id === result.id)?.title}: ${result.message}`, true))
    } catch (error) {
      notify(explain(error), true)
    }
    articles.reload()
    counts.reload()
  }
  const tab = (value: State | '', name: string, count?: number) => (
    <button type="button" class="tab" aria-pressed={state === value} onClick={() => setFilters({ state: value })}>
      {name}{count !== undefined && <span class="count">{count}</span>}
    </button>
  )
  return (
    <Screen title={w.articles}>
      <div class="tabs">
        {tab('', w.all)}
        {STATES.map((value) => {
          const count = counts.data?.states[value] ?? 0
          return (count > 0 || state === value) && tab(value, w.states[value], count)
        })}
      </div>
      <div class="filters">
        <Input label={w.search} type="search" value={text} onInput={(event) => setText(valueOf(event))} />
        <Select label={w.language} value={filters['lang'] ?? ''} onChange={(event) => setFilters({ lang: valueOf(event) })}
          options={[['', w.all], ...config.languages.map((code): [string, string] => [code, w.languageName(code)])]} />
        <Select label={w.show} value={['mine', 'scheduled', 'trashed'].find((name) => filters[name]) ?? (filters['missing_translation'] ? `missing ${filters['missing_translation']}` : '')}
          onChange={(event) => {
            const value = valueOf(event)
            const lang = value.startsWith('missing ') ? value.slice(8) : ''
            setFilters({ mine: '', scheduled: '', trashed: '', missing_translation: lang, ...(value && !lang ? { [value]: 'true' } : {}) })
          }}
          options={[['', w.everything], ['mine', w.mine], ['scheduled', w.withSchedule], ['trashed', w.inTrash],
            ...config.languages.map((code): [string, string] => [`missing ${code}`, w.withoutTranslation(w.languageName(code))])]} />
        <Select label={w.order} value={order} onChange={(event) => setFilters({ order: valueOf(event) })}
          options={[['-changed', w.orders.changed], ['-published_at', w.orders.published], ['title', w.orders.title]]} />
      </div>
      <MoreFilters filters={filters} />
      {chosen.size > 0 && (
        <div class="bulk" role="region" aria-label={w.chosen(chosen.size)}>
          <strong>{w.chosen(chosen.size)}</strong>
          {trashed ? <button type="button" onClick={() => void act('restore')}>{w.acts.restore}</button> : <>
            <button type="button" onClick={() => void act('submit')}>{w.acts.submit}</button>
            {may('articles:review') && <button type="button" onClick={() => void act('approve')}>{w.acts.approve}</button>}
            <button type="button" onClick={() => void act('trash')}>{w.acts.trash}</button>
          </>}
        </div>
      )}
      <Pending of={articles} />
      {articles.data && (rows.length ? (
        <>
          <p class="total" role="status">{w.total(articles.data.meta.total ?? rows.length)}</p>
          <ArticleRows rows={rows} chosen={chosen} onChoose={choose} />
          <More readOn={articles.readOn} />
        </>
      ) : <Empty>{w.nothingHere}</Empty>)}
    </Screen>
  )
}

/** Filters that are seldom wanted. */
function MoreFilters({ filters }: { filters: Record<string, string> }) {
  const w = words.value
  const tags = useData(readTags, [])
  const tagOptions = (tags.data ?? []).map((tag): [string, string] => [tag.slug, nameOf(tag, w.locale)])
  const day = (name: 'published_from' | 'published_to', label: string) => (
    <Input label={label} type="date" value={filters[name] ?? ''} onChange={(event) => setFilters({ [name]: valueOf(event) })} />
  )
  return (
    <details class="more-filters" open={MORE_FILTERS.some((name) => filters[name])}>
      <summary>{w.moreFilters}</summary>
      <div class="filters">
        <Select label={w.kind} value={filters['kind'] ?? ''} onChange={(event) => setFilters({ kind: valueOf(event) })}
          options={[['', w.everything], ['article', w.kinds.article], ['page', w.kinds.page]]} />
        <Select label={w.tag} value={filters['tag'] ?? ''} onChange={(event) => setFilters({ tag: valueOf(event) })} options={[['', w.everything], ...tagOptions]} />
        <Input label={w.author} value={filters['author'] ?? ''} onChange={(event) => setFilters({ author: toSlug(valueOf(event)) })} />
        {day('published_from', w.datedFrom)}
        {day('published_to', w.datedTo)}
      </div>
    </details>
  )
}
