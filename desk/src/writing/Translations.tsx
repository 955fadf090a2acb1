import { api, take } from '../api/client'
import { config, HOME } from '../config'
import { attempt } from '../shell/notices'
import { goWhenDone } from '../shell/router'
import { may } from '../shell/session'
import { words } from '../words'
import type { Draft } from './draft'

/** The same article in other languages, and how to begin one. */
export function Translations({ draft }: { draft: Draft }) {
  const w = words.value
  const article = draft.article.value
  const missing = config.languages.filter((lang) => lang !== article.lang && !article.translations.some((sibling) => sibling.lang === lang))
  const begin = (lang: string) => attempt(async () => {
    const goOn = goWhenDone()
    const translation = await take(api.POST('/v1/admin/articles/{article_id}/translations', {
      params: { path: { article_id: article.id } }, body: { lang },
    }))
    goOn(`/articles/${translation.id}/translate`)
  })
  return (
    <div>
      {article.translated_from && (
        <p>
          {w.follows} <a href={`${HOME}/articles/${article.translated_from.id}`}>{article.translated_from.title}</a>
          {article.translated_from.is_stale && <strong class="badge stale">{w.stale}</strong>}{' '}
          <a href={`${HOME}/articles/${article.id}/translate`}>{w.sideBySide}</a>
        </p>
      )}
      <ul class="plain-list">
        {article.translations.map((sibling) => (
          <li key={sibling.id}>
            {w.languageName(sibling.lang)}: <a href={`${HOME}/articles/${sibling.id}`} lang={sibling.lang}>{sibling.title}</a>{' '}
            {sibling.live && <span class="badge published">{w.states.published}</span>}
          </li>
        ))}
      </ul>
      {may('articles:write') && missing.map((lang) => (
        <button key={lang} type="button" onClick={() => void begin(lang)}>{w.translateInto(w.languageName(lang))}</button>
      ))}
    </div>
  )
}
