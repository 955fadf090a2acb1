import { useRef, useState } from 'preact/hooks'
import { api, ifMatch, take } from '../api/client'
import type { Article } from '../api/types'
import { HOME } from '../config'
import { attempt, notify } from '../shell/notices'
import { useData } from '../ui/data'
import { Busy, Empty, Pending, Screen } from '../ui/parts'
import { Rendered } from '../ui/Rendered'
import { words } from '../words'
import { ActDialog } from '../writing/ActDialog'
import { actsFor, type ActHere } from '../writing/acts'
import { ClashDialog } from '../writing/ClashDialog'
import { readArticle, type Draft } from '../writing/draft'
import { SaveStatus } from '../writing/SaveStatus'
import { TextFields } from '../writing/TextFields'
import { useDraft, useLeaveGuard } from '../writing/useDraft'
import { DiffView } from './Compare'

/** A translation beside the text that it follows. */
export function Translate({ id }: { id: string }) {
  const { draft, error } = useDraft(id)
  useLeaveGuard(draft)
  const w = words.value
  if (!draft) return <Screen title={w.sideBySide}>{error ? <Empty>{error}</Empty> : <Busy />}</Screen>
  const source = draft.article.value.translated_from
  if (!source) return <Screen title={w.sideBySide}><Empty>{w.followsNothing} <a href={`${HOME}/articles/${id}`}>{w.back}</a></Empty></Screen>
  return <Columns draft={draft} source={source} />
}

function Columns({ draft, source }: { draft: Draft; source: NonNullable<Article['translated_from']> }) {
  const w = words.value
  const article = draft.article.value
  const [showsChanges, setShowsChanges] = useState(source.is_stale)
  const [act, setAct] = useState<ActHere | null>(null)
  const writeNow = useRef<() => void>(() => undefined)
  const flush = () => {
    writeNow.current()
    return draft.flush()
  }
  const original = useData(() => readArticle(source.id), [source.id, source.newest_revision])
  const diff = useData(async () => source.is_stale ? take(api.GET('/v1/admin/articles/{article_id}/translated-from/diff', {
    params: { path: { article_id: article.id }, query: { rendered: true } },
  })) : null, [source.text_revision, source.newest_revision])
  const follow = () => attempt(async () => {
    if (!(await flush())) return notify(w.saveFirst, true)
    draft.accept(await take(api.PUT('/v1/admin/articles/{article_id}/translated-from', {
      params: { path: { article_id: article.id }, header: ifMatch(draft.article.value.revision) },
      body: { id: source.id },
    })))
    setShowsChanges(false)
  }, w.caughtUp)
  const acts = actsFor(article)
  const next = (['publish', 'submit'] as const).find((name) => acts.includes(name))
  return (
    <Screen title={w.translationOf(source.title)} class="translation" actions={<>
      <a href={`${HOME}/articles/${article.id}`}>{w.writing}</a>
      {next && <button type="button" class="main" onClick={() => void flush().then((isSaved) => isSaved ? setAct(next) : notify(w.saveFirst, true))}>{w.acts[next]}</button>}
    </>}>
      {source.is_stale && (
        <div class="warning">
          <p>{w.sourceMoved}</p>
          <button type="button" aria-pressed={showsChanges} onClick={() => setShowsChanges(!showsChanges)}>{w.showChanges}</button>{' '}
          <button type="button" onClick={() => void follow()}>{w.hasCaughtUp}</button>
        </div>
      )}
      <div class="columns">
        <section class="original" lang={source.lang} aria-label={w.original} tabIndex={0}>
          {!original.data ? <Pending of={original} /> : showsChanges && diff.data ? <DiffView diff={diff.data} lang={source.lang} /> : (
            <>
              <p class="title">{original.data.title}</p>
              <p class="standfirst">{original.data.summary}</p>
              <Rendered html={original.data.body_html} lang={source.lang} />
            </>
          )}
        </section>
        <section class="sheet" aria-label={w.translation}>
          <SaveStatus draft={draft} flush={flush} />
          {!source.is_translated && <p class="reason">{w.untranslated}</p>}
          <TextFields draft={draft} onReady={(write) => { writeNow.current = write }} />
        </section>
      </div>
      {act && <ActDialog draft={draft} act={act} onClose={() => setAct(null)} />}
      {draft.disagreement.value && <ClashDialog draft={draft} />}
    </Screen>
  )
}
