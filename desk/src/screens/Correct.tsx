import { useRef, useState } from 'preact/hooks'
import { api, ifMatch, take } from '../api/client'
import type { Article } from '../api/types'
import { HOME } from '../config'
import { BodyEditor } from '../editor/BodyEditor'
import { notify } from '../shell/notices'
import { goWhenDone, useUnsaved } from '../shell/router'
import { Checkboxes, TextArea, valueOf } from '../ui/Field'
import { useData } from '../ui/data'
import { Empty, Pending, Screen } from '../ui/parts'
import { words } from '../words'
import { Refusal, useCancelling } from '../writing/cancelling'
import { readArticle } from '../writing/draft'
import { Line } from '../writing/TextFields'

type PublicText = Pick<Article, 'title' | 'summary' | 'body'>

/** Corrects the text that readers see. A draft beside it stays a draft, with the correction in it. */
export function Correct({ id }: { id: string }) {
  const w = words.value
  const live = useData(async () => {
    const article = await readArticle(id)
    if (!article.live) return { article, content: null }
    const { content } = await take(api.GET('/v1/admin/articles/{article_id}/revisions/{number}', {
      params: { path: { article_id: id, number: article.live.revision } },
    }))
    return { article, content }
  }, [id])
  if (!live.data) return <Screen title={w.acts.correct}><Pending of={live} /></Screen>
  const { article, content } = live.data
  if (!content) return <Screen title={w.acts.correct}><Empty>{w.notLive}</Empty></Screen>
  const before = { title: content.title, summary: content.summary ?? '', body: content.body ?? '' }
  return <Form article={article} before={before} format={content.body_format ?? 'markdown'} />
}

function Form({ article, before, format }: { article: Article; before: PublicText; format: Article['body_format'] }) {
  const w = words.value
  const [text, setText] = useState(before)
  const [note, setNote] = useState('')
  const [siblings, setSiblings] = useState<string[]>([])
  const writeNow = useRef<() => void>(() => undefined)
  const latest = useRef(text)
  latest.current = text
  const change = (changes: Partial<PublicText>) => {
    latest.current = { ...latest.current, ...changes }
    setText(latest.current)
  }
  const [isDone, setDone] = useState(false)
  useUnsaved(!isDone && (text !== before || note !== ''))
  const others = article.translations.filter((sibling) => sibling.live)
  const { releases, error, isBusy, perform } = useCancelling(async (cancels) => {
    const goOn = goWhenDone()
    writeNow.current()
    const after = latest.current
    const names = (['title', 'summary', 'body'] as const).filter((name) => after[name] !== before[name])
    const changes = Object.fromEntries(names.map((name) => [name, after[name]]))
    await take(api.POST('/v1/admin/articles/{article_id}/correct', {
      params: { path: { article_id: article.id }, header: ifMatch(article.revision) },
      body: {
        note, text_revision: article.live!.revision, siblings, cancels,
        ...(names.length ? { changes: { ...changes, ...('body' in changes ? { body_format: format } : {}) } } : {}),
      },
    }))
    notify(w.actsDone.correct)
    setDone(true)
    setTimeout(() => goOn(`/articles/${article.id}`))
  })
  const hasDraft = article.text_revision !== article.live!.revision
  return (
    <Screen title={w.acts.correct} class="writing-one" actions={<a href={`${HOME}/articles/${article.id}`}>{w.back}</a>}>
      <p class="help">{w.actHelp.correct}{hasDraft && ` ${w.draftStays}`}</p>
      <div class="sheet">
        <Line class="title" label={w.title} value={text.title} lang={article.lang} onChange={(title) => change({ title })} />
        <Line class="standfirst" label={w.standfirst} value={text.summary} lang={article.lang} onChange={(summary) => change({ summary })} />
        <BodyEditor value={before.body} format={format} lang={article.lang} loads={0} label={w.body}
          onChange={(body) => change({ body })} onReady={(write) => { writeNow.current = write }} />
      </div>
      <form class="panel" onSubmit={(event) => { event.preventDefault(); void perform() }}>
        <TextArea label={w.correctionNote} help={w.correctionHelp} required rows={3} lang={article.lang} value={note} onInput={(event) => setNote(valueOf(event))} />
        <Checkboxes value={siblings} onChange={setSiblings} options={others.map(({ lang }) => [lang, w.sameNote(w.languageName(lang))])} />
        <Refusal releases={releases} error={error} />
        <button class="main" disabled={isBusy || !note.trim()}>{releases ? w.cancelAndGoOn : w.acts.correct}</button>
      </form>
    </Screen>
  )
}
