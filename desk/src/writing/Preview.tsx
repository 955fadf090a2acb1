import { useState } from 'preact/hooks'
import { api, take, type Schema } from '../api/client'
import { config } from '../config'
import { render } from '../editor/guard'
import { attempt } from '../shell/notices'
import { Dialog } from '../ui/Dialog'
import { useData } from '../ui/data'
import { Pending } from '../ui/parts'
import { Rendered } from '../ui/Rendered'
import { words } from '../words'
import type { Draft } from './draft'

type Link = Schema['NewPreview']

/** The links that this tab made, since only the answer that makes one shows its secret. */
const links = new Map<string, Promise<Link>>()

function linkTo(id: string): Promise<Link> {
  let link = links.get(id)
  if (!link) {
    link = take(api.POST('/v1/admin/articles/{article_id}/previews', { params: { path: { article_id: id } }, body: { hours: 24 } }))
    link.catch(() => links.delete(id))
    links.set(id, link)
  }
  return link
}

/** The text as readers will see it: by the front end where there is one, else by the server. */
export function Preview({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const w = words.value
  const { id, revision } = draft.article.value
  const [isPhone, setPhone] = useState(false)
  const link = useData(() => linkTo(id), [id])
  const address = link.data?.site_url ?? link.data?.url ?? null
  const copy = () => attempt(() => navigator.clipboard.writeText(address ?? ''), w.copied)
  return (
    <Dialog title={w.preview} onClose={onClose} wide>
      <p class="preview-tools">
        <button type="button" aria-pressed={isPhone} onClick={() => setPhone(!isPhone)}>{w.phone}</button>
        {address && <button type="button" onClick={() => void copy()}>{w.copyPreview}</button>}
        {link.data?.site_url && <a class="button" href={link.data.site_url} target="_blank" rel="noreferrer">{w.inNewTab}</a>}
        <span class="help">{w.previewHelp}</span>
      </p>
      {link.error && <p class="error">{link.error}</p>}
      <div class={isPhone ? 'preview phone' : 'preview'}>
        {config.preview && link.data?.site_url
          ? <iframe key={revision} title={w.preview} src={link.data.site_url} sandbox={config.preview === location.origin ? 'allow-scripts' : 'allow-scripts allow-same-origin'} referrerpolicy="no-referrer" />
          : <ServerPreview draft={draft} />}
      </div>
    </Dialog>
  )
}

function ServerPreview({ draft }: { draft: Draft }) {
  const fields = draft.fields.value
  const rendered = useData(() => render(fields.body, fields.body_format, fields.lang), [fields.body])
  return (
    <article class="server-preview">
      <h2 lang={fields.lang}>{fields.title}</h2>
      <p class="standfirst" lang={fields.lang}>{fields.summary}</p>
      <Pending of={rendered} />
      {rendered.data && <Rendered html={rendered.data.body_html} lang={fields.lang} />}
    </article>
  )
}
