import { useEffect, useState } from 'preact/hooks'
import { api, get, take } from '../api/client'
import type { ArticleRow, State } from '../api/types'
import { config } from '../config'
import { explain, notify } from '../shell/notices'
import { go, place } from '../shell/router'
import { may } from '../shell/session'
import { Input, Select, valueOf } from '../ui/Field'
import { useData, useQuiet } from '../ui/data'
import { Busy, Empty, Screen } from '../ui/parts'
import { words } from '../words'
import { ArticleRows } from './ArticleRows'

const STATES: State[] = ['draft', 'in_review', 'approved', 'scheduled', 'published', 'expired', 'unpublished', 'retracted']
const FILTERS = ['q', 'state', 'lang', 'kind', 'order', 'mine', 'scheduled', 'trashed', 'missing_translation', 'tag'] as const

/** The parameters of the address that are filters of the list. */
const filtersOf = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries(FILTERS.flatMap((name) => (query.get(name) ? [[name, query.get(name)!]] : [])))

function setFilter(name: string, value: string): void {
  const query = new URLSearchParams(place.value.query)
  if (value) query.set(name, value)
  else query.delete(name)
  const text = query.toString()
  go(`/articles${text ? `?${text}` : ''}`, { replace: true })
}

/** All articles: found, filtered, chosen together. The filters are the address. */
export function Articles() {
  const w = words.value
  const filters = filtersOf(place.value.query)
  const key = JSON.stringify(filters)
  const [text, setText] = useState(filters['q'] ?? '')
  const quiet = useQuiet(text)
  useEffect(() => { if (quiet !== (filters['q'] ?? '')) setFilter('q', quiet) }, [quiet])
  const [more, setMore] = useState<ArticleRow[]>([])
  const [cursor, setCursor] = useState<string | null>(null)
  const [chosen, setChosen] = useState(new Set<string>())

  const read = async (from?: string) => {
    const query = { include: 'summary', limit: 30, count: true, ...filters, ...(from ? { cursor: from } : {}) }
    const { body } = await get(api.GET('/v1/admin/articles', { params: { query: query } }))
    setCursor(body.links.next ? new URL(body.links.next).searchParams.get('cursor') : null)
    return body
  }
  const page = useData(async () => { setMore([]); setChosen(new Set()); return read() }, [key])
  const counts = useData(() => {
    const { state: _state, order: _order, trashed: _trashed, ...rest } = filters
    return take(api.GET('/v1/admin/articles/counts', { params: { query: rest } }))
  }, [key])
  const rows = [...(page.data?.data ?? []), ...more]
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
    page.reload()
  }
  const tab = (state: string, name: string, count?: number) => (
    <button type="button" class="tab" aria-pressed={(filters['state'] ?? '') === state} onClick={() => setFilter('state', state)}>
      {name}{count !== undefined && <span class="count">{count}</span>}
    </button>
  )
  return (
    <Screen title={w.articles}>
      <div class="tabs">
        {tab('', w.all)}
        {STATES.map((state) => {
          const count = counts.data?.states[state] ?? 0
          return (count > 0 || filters['state'] === state) && tab(state, w.states[state], count)
        })}
      </div>
      <div class="filters">
        <Input label={w.search} type="search" value={text} onInput={(event) => setText(valueOf(event))} />
        <Select label={w.language} value={filters['lang'] ?? ''} onChange={(event) => setFilter('lang', valueOf(event))}
          options={[['', w.all], ...config.languages.map((code): [string, string] => [code, w.languageName(code)])]} />
        <Select label={w.show} value={['mine', 'scheduled', 'trashed'].find((name) => filters[name]) ?? (filters['missing_translation'] ? `missing ${filters['missing_translation']}` : '')}
          onChange={(event) => {
            const value = valueOf(event)
            for (const name of ['mine', 'scheduled', 'trashed', 'missing_translation']) setFilter(name, '')
            if (value.startsWith('missing ')) setFilter('missing_translation', value.slice(8))
            else if (value) setFilter(value, 'true')
          }}
          options={[['', w.everything], ['mine', w.mine], ['scheduled', w.withSchedule], ['trashed', w.inTrash],
            ...config.languages.map((code): [string, string] => [`missing ${code}`, w.withoutTranslation(w.languageName(code))])]} />
        <Select label={w.order} value={filters['order'] ?? '-changed'} onChange={(event) => setFilter('order', valueOf(event))}
          options={[['-changed', w.orders.changed], ['-published_at', w.orders.published], ['title', w.orders.title]]} />
      </div>
      {chosen.size > 0 && (
        <div class="bulk" role="region" aria-label={w.chosen(chosen.size)}>
          <strong>{w.chosen(chosen.size)}</strong>
          {filters['trashed'] ? <button type="button" onClick={() => void act('restore')}>{w.acts.restore}</button> : <>
            <button type="button" onClick={() => void act('submit')}>{w.acts.submit}</button>
            {may('articles:review') && <button type="button" onClick={() => void act('approve')}>{w.acts.approve}</button>}
            <button type="button" onClick={() => void act('trash')}>{w.acts.trash}</button>
          </>}
        </div>
      )}
      {page.error && <p class="error">{page.error}</p>}
      {!page.data ? !page.error && <Busy /> : rows.length ? (
        <>
          <p class="total" role="status">{w.total(page.data.meta.total ?? rows.length)}</p>
          <ArticleRows rows={rows} chosen={chosen} onChoose={choose} />
          {cursor && <button type="button" class="more" onClick={() => {
            read(cursor).then((next) => setMore([...more, ...next.data]), (error: unknown) => notify(explain(error), true))
          }}>{w.more}</button>}
        </>
      ) : <Empty>{w.nothingHere}</Empty>}
    </Screen>
  )
}
