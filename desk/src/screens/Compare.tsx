import { api, take } from '../api/client'
import type { Diff } from '../api/types'
import { HOME } from '../config'
import { go, place } from '../shell/router'
import { showMoment } from '../time'
import { Select, valueOf } from '../ui/Field'
import { useData } from '../ui/data'
import { Empty, Pending, Screen } from '../ui/parts'
import { Rendered } from '../ui/Rendered'
import { words } from '../words'
import type { FieldName } from '../writing/fields'
import { readArticle } from '../writing/draft'

/** Two texts of an article, with what was deleted and inserted between them. */
export function Compare({ id }: { id: string }) {
  const w = words.value
  const { query } = place.value
  const path = { article_id: id }
  const texts = useData(async () => {
    const [article, revisions] = await Promise.all([
      readArticle(id),
      take(api.GET('/v1/admin/articles/{article_id}/revisions', { params: { path, query: { limit: 100 } } })),
    ])
    return { article, revisions }
  }, [id])
  const from = query.get('from') ?? (texts.data?.article.live ? 'public' : 'previous')
  const to = query.get('to') ?? String(texts.data?.article.text_revision ?? '')
  const diff = useData(async () => to === '' ? null : take(api.GET('/v1/admin/articles/{article_id}/diff', {
    params: { path, query: { from: toRevision(from), to: Number(to), rendered: true } },
  })), [id, from, to])
  const choose = (name: string, value: string) => {
    const next = new URLSearchParams({ from, to, [name]: value })
    go(`/articles/${id}/compare?${next}`, { replace: true })
  }
  if (!texts.data) return <Screen title={w.compare}><Pending of={texts} /></Screen>
  const { article, revisions } = texts.data
  const options = revisions.map((revision): [string, string] => [String(revision.revision), `${showMoment(revision.saved_at)}, ${revision.saved_by.name}`])
  return (
    <Screen title={w.compareOf(article.title)} actions={<a href={`${HOME}/articles/${id}`}>{w.back}</a>}>
      <div class="filters">
        <Select label={w.from} value={from} onChange={(event) => choose('from', valueOf(event))}
          options={[...(article.live ? [['public', w.publicText] as [string, string]] : []), ['previous', w.previousText], ...options]} />
        <Select label={w.to} value={to} onChange={(event) => choose('to', valueOf(event))} options={options} />
      </div>
      <Pending of={diff} />
      {diff.data && <DiffView diff={diff.data} lang={article.lang} />}
    </Screen>
  )
}

const toRevision = (text: string): number | 'public' | 'previous' => (text === 'public' || text === 'previous' ? text : Number(text))

/** The fields in which two texts differ. */
export function DiffView({ diff, lang }: { diff: Diff; lang: string }) {
  const w = words.value
  if (!diff.fields.length) return <Empty>{w.noChanges}</Empty>
  return (
    <div class="diff">
      {diff.fields.map((field) => (
        <section key={field.field}>
          <h2>{w.fieldNames[field.field as FieldName] ?? field.field}</h2>
          {field.html !== undefined ? <Rendered html={field.html} lang={lang} />
            : field.parts ? <p lang={lang}>{field.parts.map((part, index) => part.op === 'equal' ? part.text : part.op === 'insert' ? <ins key={index}>{part.text}</ins> : <del key={index}>{part.text}</del>)}</p>
            : <p><del>{JSON.stringify(field.before)}</del> <ins>{JSON.stringify(field.after)}</ins></p>}
        </section>
      ))}
    </div>
  )
}
