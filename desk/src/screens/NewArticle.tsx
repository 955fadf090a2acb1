import { useState } from 'preact/hooks'
import { api, take } from '../api/client'
import { config } from '../config'
import { attempt } from '../shell/notices'
import { goWhenDone } from '../shell/router'
import { Dialog } from '../ui/Dialog'
import { Input, Select, valueOf } from '../ui/Field'
import { words } from '../words'

/** Asks for what every article needs, and opens it. */
export function NewArticle({ onClose }: { onClose: () => void }) {
  const w = words.value
  const [title, setTitle] = useState('')
  const [kind, setKind] = useState<'article' | 'page'>('article')
  const [lang, setLang] = useState(config.languages.find((code) => code === w.locale) ?? config.languages[0]!)
  const [isBusy, setBusy] = useState(false)
  const create = async () => {
    setBusy(true)
    const goOn = goWhenDone()
    const isDone = await attempt(async () => {
      const article = await take(api.POST('/v1/admin/articles', { body: { title, lang, kind } }))
      goOn(`/articles/${article.id}`)
    })
    setBusy(false)
    if (isDone) onClose()
  }
  return (
    <Dialog title={w.newArticle} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void create() }}>
        <Input label={w.title} required autofocus value={title} onInput={(event) => setTitle(valueOf(event))} lang={lang} />
        <div class="row">
          <Select label={w.language} value={lang} onChange={(event) => setLang(valueOf(event))} options={config.languages.map((code) => [code, w.languageName(code)])} />
          <Select label={w.kind} value={kind} onChange={(event) => setKind(valueOf(event) as 'article' | 'page')} options={[['article', w.kinds.article], ['page', w.kinds.page]]} />
        </div>
        <footer><button class="main" disabled={isBusy || !title.trim()}>{w.begin}</button></footer>
      </form>
    </Dialog>
  )
}
