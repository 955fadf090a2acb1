import { config, HOME } from '../config'
import { MediumField } from '../editor/MediumField'
import { Checkbox, Input, Select, TextArea, valueOf } from '../ui/Field'
import { ArticleSearch } from '../ui/ArticleSearch'
import { MomentInput } from '../ui/MomentInput'
import { TagPicker } from '../ui/TagPicker'
import { useData } from '../ui/data'
import { words } from '../words'
import { readArticle, type Draft } from './draft'

const orNull = (text: string): string | null => text.trim() || null

/** All that an article has beside its text. */
export function Details({ draft }: { draft: Draft }) {
  const w = words.value
  const fields = draft.fields.value
  const { kind } = draft.article.value
  const error = (pointer: string) => draft.problem.value?.body.errors?.find((detail) => detail.pointer?.startsWith(pointer))?.message
  const source = fields.source ?? { name: '', url: null }
  const seo = fields.seo ?? { title: null, description: null, image: null }
  const setSeo = (changes: Partial<typeof seo>) => {
    const next = { ...seo, ...changes }
    draft.set({ seo: next.title || next.description || next.image ? next : null })
  }
  return (
    <div class="details">
      {fields.image?.url && !fields.image.media_id && (
        <p><span class="card-address">{fields.image.url}</span> <button type="button" class="plain" onClick={() => draft.set({ image: null })}>{w.remove}</button></p>
      )}
      <MediumField lang={fields.lang} value={fields.image?.media_id ?? null}
        onChange={(id) => draft.set({ image: id ? { media_id: id } as NonNullable<typeof fields.image> : null })} />
      <TagPicker label={w.tags} value={fields.tags} lang={fields.lang} onChange={(tags) => draft.set({ tags })} />
      <Input
        label={w.authors}
        help={w.authorsHelp}
        value={fields.authors.map((author) => author.name).join('; ')}
        onChange={(event) => draft.set({
          authors: valueOf(event).split(';').map((name) => name.trim()).filter(Boolean)
            .map((name) => fields.authors.find((author) => author.name === name) ?? { name }) as typeof fields.authors,
        })}
      />
      <Input label={w.slug} help={w.slugHelp} error={error('/slug')} value={fields.slug} onChange={(event) => { if (valueOf(event).trim()) draft.set({ slug: valueOf(event).trim() }) }} />
      <details>
        <summary>{w.dateAndSource}</summary>
        <MomentInput key={String(fields.published_at === null)} label={w.publishedAt} value={fields.published_at ? new Date(fields.published_at) : null} onChange={(instant) => { if (instant) draft.set({ published_at: instant.toISOString() }) }} />
        {fields.published_at && <button type="button" class="plain" onClick={() => draft.set({ published_at: null })}>{w.removeDate}</button>}
        <Select label={w.precision} value={fields.date_precision} onChange={(event) => draft.set({ date_precision: valueOf(event) as typeof fields.date_precision })}
          options={(['time', 'day', 'month', 'year', 'unknown'] as const).map((name) => [name, w.precisions[name]])} />
        <Input label={w.sourceName} value={source.name} onChange={(event) => draft.set({ source: valueOf(event).trim() ? { ...source, name: valueOf(event).trim() } : null })} />
        {fields.source && <Input label={w.sourceUrl} type="url" error={error('/source/url')} value={source.url ?? ''} onChange={(event) => draft.set({ source: { ...source, url: orNull(valueOf(event)) } })} />}
        <Input label={w.canonical} help={w.canonicalHelp} type="url" error={error('/canonical_url')} value={fields.canonical_url ?? ''} onChange={(event) => draft.set({ canonical_url: orNull(valueOf(event)) })} />
        <Checkbox label={w.isExcerpt} checked={fields.is_excerpt} onChange={(event) => draft.set({ is_excerpt: event.currentTarget.checked })} />
      </details>
      <details>
        <summary>{w.searchAndSocial}</summary>
        <Input label={w.seoTitle} help={w.seoHelp} value={seo.title ?? ''} onChange={(event) => setSeo({ title: orNull(valueOf(event)) })} />
        <TextArea label={w.seoDescription} rows={3} value={seo.description ?? ''} onChange={(event) => setSeo({ description: orNull(valueOf(event)) })} />
      </details>
      <details>
        <summary>{w.rights}</summary>
        <Input label={w.licence} type="url" error={error('/rights')} value={fields.rights.licence ?? ''} onChange={(event) => draft.set({ rights: { ...fields.rights, licence: orNull(valueOf(event)) } })} />
        <Input label={w.credit} value={fields.rights.credit ?? ''} onChange={(event) => draft.set({ rights: { ...fields.rights, credit: orNull(valueOf(event)) } })} />
        <Checkbox label={w.syndicatable} checked={fields.rights.syndicatable ?? false} onChange={(event) => draft.set({ rights: { ...fields.rights, syndicatable: event.currentTarget.checked } })} />
      </details>
      {kind === 'page' && (
        <details>
          <summary>{w.pageTree}</summary>
          <Input label={w.parent} error={error('/parent')} value={fields.parent ?? ''} onChange={(event) => draft.set({ parent: orNull(valueOf(event)) })} />
          <Input label={w.position} type="number" min={0} value={fields.position} onChange={(event) => draft.set({ position: Number(valueOf(event)) || 0 })} />
        </details>
      )}
      {kind === 'article' && <details><summary>{w.related}</summary><Related draft={draft} /></details>}
      <p class="help">{w.languageName(fields.lang)} · {fields.body_format} · {config.zone}</p>
    </div>
  )
}

function Related({ draft }: { draft: Draft }) {
  const w = words.value
  const { related, lang } = draft.fields.value
  const chosen = useData(() => Promise.all(related.map(readArticle)), [related.join()])
  return (
    <div>
      <ul class="plain-list">
        {chosen.data?.map((article) => (
          <li key={article.id}>
            <a href={`${HOME}/articles/${article.id}`}>{article.title}</a>
            <button type="button" class="plain" aria-label={w.removeOf(article.title)} onClick={() => draft.set({ related: related.filter((id) => id !== article.id) })}>×</button>
          </li>
        ))}
      </ul>
      {related.length < 8 && (
        <ArticleSearch label={w.addRelated} lang={lang} without={[...related, draft.article.value.id]} onChoose={({ id }) => draft.set({ related: [...related, id] })} />
      )}
    </div>
  )
}
