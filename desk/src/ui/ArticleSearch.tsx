import { useState } from 'preact/hooks'
import { api, take } from '../api/client'
import type { ArticleRow } from '../api/types'
import { Input, valueOf } from './Field'
import { useData, useQuiet } from './data'
import { StateBadge } from './parts'

/** Finds articles by words, to choose one after the other. */
export function ArticleSearch(props: {
  label: string
  lang?: string
  /** Only those that readers see. */
  isLive?: boolean
  without: string[]
  onChoose: (article: ArticleRow) => void
}) {
  const [text, setText] = useState('')
  const q = useQuiet(text).trim()
  const offered = useData(async () => {
    if (q.length < 2) return []
    const query = { q, kind: 'article' as const, limit: 8, ...(props.lang ? { lang: props.lang } : {}), ...(props.isLive ? { live: true } : {}) }
    return take(api.GET('/v1/admin/articles', { params: { query } }))
  }, [q])
  return (
    <div>
      <Input label={props.label} type="search" value={text} onInput={(event) => setText(valueOf(event))} onKeyDown={(event) => { if (event.key === 'Enter') event.preventDefault() }} />
      {offered.error && <p class="error">{offered.error}</p>}
      <ul class="choices">
        {offered.data?.filter((article) => !props.without.includes(article.id)).map((article) => (
          <li key={article.id}>
            <button type="button" onClick={() => { props.onChoose(article); setText('') }}><span lang={article.lang}>{article.title}</span> <StateBadge state={article.state} /></button>
          </li>
        ))}
      </ul>
    </div>
  )
}
