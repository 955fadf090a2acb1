import { api, take } from '../api/client'
import type { ArticleRow } from '../api/types'
import { config, HOME } from '../config'
import { may, me } from '../shell/session'
import { addDays, instantsOf, showMoment, today } from '../time'
import { useData } from '../ui/data'
import { Empty, Pending, Screen } from '../ui/parts'
import { words } from '../words'
import { lostCopies } from '../writing/copies'
import { ArticleRows } from './ArticleRows'

type Query = Record<string, string | boolean | number>

const list = (query: Query): Promise<ArticleRow[]> =>
  take(api.GET('/v1/admin/articles', { params: { query: { limit: 10, ...query } } }))

/** What needs me today. */
export function Today() {
  const w = words.value
  const account = me.value?.account_id ?? ''
  const needs = useData(async () => {
    const end = addDays(today(), 7)
    const [toReview, ready, mine, stale, missing, releases, copies] = await Promise.all([
      may('articles:review') ? list({ state: 'in_review' }) : [],
      may('articles:publish') ? list({ state: 'approved' }) : [],
      list({ state: 'draft', mine: true }),
      Promise.all(config.languages.map((lang) => list({ stale_translation: lang, limit: 5 }))).then((lists) => lists.flat()),
      list({ missing: 'alt', limit: 5 }),
      take(api.GET('/v1/admin/releases', { params: { query: { to: instantsOf(`${end}T12:00`)[0]!.toISOString(), limit: 20 } } })),
      lostCopies(account),
    ])
    return { toReview, ready, mine, stale, missing, releases, copies: copies.filter((copy) => Object.keys(copy.changes).length) }
  }, [account])
  const { data } = needs
  if (!data) return <Screen title={w.today}><Pending of={needs} /></Screen>
  const parts: [string, ArticleRow[]][] = [
    [w.toReview, data.toReview], [w.readyToPublish, data.ready], [w.myDrafts, data.mine],
    [w.staleTranslations, data.stale], [w.missingAlt, data.missing],
  ]
  const isQuiet = parts.every(([, rows]) => !rows.length) && !data.releases.length && !data.copies.length
  return (
    <Screen title={w.today}>
      {data.copies.length > 0 && (
        <section>
          <h2>{w.notSavedYet}</h2>
          <p class="help">{w.notSavedHelp}</p>
          <ul class="rows">
            {data.copies.map((copy) => (
              <li key={copy.tab + copy.article}><div class="row-text"><a href={`${HOME}/articles/${copy.article}`}>{copy.title}</a>
                <p class="row-facts">{showMoment(new Date(copy.at))}</p></div></li>
            ))}
          </ul>
        </section>
      )}
      {parts.map(([name, rows]) => rows.length > 0 && (
        <section key={name}>
          <h2>{name} <span class="count">{rows.length}</span></h2>
          <ArticleRows rows={rows} />
        </section>
      ))}
      {data.releases.length > 0 && (
        <section>
          <h2>{w.comingOut}</h2>
          <ul class="rows">
            {data.releases.map((release) => (
              <li key={`${release.release}${release.article}${release.event}`}>
                <div class="row-text">
                  <a href={`${HOME}/articles/${release.article}`} lang={release.lang}>{release.title}</a>
                  <p class="row-facts"><span>{w.releaseEvents[release.event]}</span><strong>{showMoment(release.at)}</strong><span>{release.lang}</span></p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      {isQuiet && <Empty>{w.nothingToday}</Empty>}
    </Screen>
  )
}
