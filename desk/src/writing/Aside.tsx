import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { api, take } from '../api/client'
import { config, HOME } from '../config'
import { attempt, notify } from '../shell/notices'
import { goWhenDone } from '../shell/router'
import { may } from '../shell/session'
import { showMoment } from '../time'
import { StateBadge } from '../ui/parts'
import { words } from '../words'
import { ActDialog } from './ActDialog'
import { actsFor, performAct, type ActHere, type ActName } from './acts'
import { Checklist } from './Checklist'
import { Details } from './Details'
import type { Draft } from './draft'
import { FeatureButton } from './FeatureButton'
import { History } from './History'
import { Notes } from './Notes'
import { Translations } from './Translations'

interface Props {
  draft: Draft
  flush: () => Promise<boolean>
  onPreview: () => void
}

/** What surrounds a text: its state and the next acts, what is missing, and all its facts. */
export function Aside({ draft, flush, onPreview }: Props) {
  const w = words.value
  const article = draft.article.value
  const [act, setAct] = useState<ActHere | null>(null)
  const acts = actsFor(article)
  const begin = async (name: ActName) => {
    const goOn = goWhenDone()
    if (name === 'restore') {
      // What was typed meanwhile can be saved only after it.
      return attempt(async () => { await performAct(draft, name); await flush() }, w.actsDone.restore)
    }
    if (!(await flush())) return notify(w.saveFirst, true)
    if (name === 'correct') return goOn(`/articles/${article.id}/correct`)
    if (name === 'duplicate') {
      return attempt(async () => {
        const twin = await take(api.POST('/v1/admin/articles/{article_id}/duplicate', { params: { path: { article_id: article.id } }, body: {} }))
        goOn(`/articles/${twin.id}`)
      }, w.actsDone.duplicate)
    }
    setAct(name)
  }
  const address = article.live && config.pages[article.kind].replace('{slug}', article.live.slug).replace('{lang}', article.lang)
  return (
    <aside class="aside" aria-label={w.aboutArticle}>
      <section>
        <p class="state-line">
          <StateBadge state={article.state} />
          {article.live && article.state !== 'published' && <span class="badge published">{w.alsoLive}</span>}
        </p>
        {article.review_note && <blockquote class="review-note">{article.review_note}</blockquote>}
        {article.scheduled.map((release) => <p key={release.revision}>{w.comesOut(showMoment(release.visible_from, { zone: true }))}</p>)}
        {article.live && <p class="help">{w.liveSince(showMoment(article.live.visible_from), article.live.published_by)}{' '}
          {address?.startsWith('http') && <a href={address} target="_blank" rel="noreferrer">{w.seeLive}</a>}</p>}
        {article.ended && <p class="help">{w.endings[article.ended.reason]} {showMoment(article.ended.at)}{article.ended.note && `: ${article.ended.note}`}</p>}
        <div class="acts">
          {acts.map((name, index) => (
            <button key={name} type="button" class={index === 0 ? 'main' : ['retract', 'unpublish', 'trash'].includes(name) ? 'quiet danger' : ''} onClick={() => void begin(name)}>{w.acts[name]}</button>
          ))}
          {may('site:write') && article.live && article.kind === 'article' && <FeatureButton id={article.id} />}
          {may('preview:write') && <button type="button" onClick={() => void flush().then(onPreview)}>{w.preview}</button>}
        </div>
      </section>
      <details open><summary>{w.checklist}</summary><Checklist draft={draft} /></details>
      <details open><summary>{w.details}</summary><Details draft={draft} /></details>
      <Fold title={w.translations}><Translations draft={draft} /></Fold>
      <Fold title={w.notes}><Notes draft={draft} /></Fold>
      <Fold title={w.history}><History draft={draft} /><p><a href={`${HOME}/articles/${article.id}/compare`}>{w.compare}</a></p></Fold>
      {act && <ActDialog draft={draft} act={act} onClose={() => setAct(null)} />}
    </aside>
  )
}

/** A part that is read only once it is opened. */
function Fold({ title, children }: { title: string; children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false)
  return <details onToggle={(event) => setOpen(event.currentTarget.open)}><summary>{title}</summary>{isOpen && children}</details>
}
