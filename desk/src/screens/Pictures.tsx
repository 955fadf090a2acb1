import { useState } from 'preact/hooks'
import { api, get, ifMatch, take } from '../api/client'
import type { Medium } from '../api/types'
import { config, HOME } from '../config'
import { uploadPicture } from '../editor/PictureDialog'
import { forgetFiles } from '../editor/pictures'
import { attempt } from '../shell/notices'
import { may } from '../shell/session'
import { showMoment } from '../time'
import { ByLanguage, toChange } from '../ui/ByLanguage'
import { Dialog } from '../ui/Dialog'
import { Checkbox, Input, Select, valueOf } from '../ui/Field'
import { MediumImage } from '../ui/MediumImage'
import { usePages, useQuiet } from '../ui/data'
import { Empty, More, Pending, Screen } from '../ui/parts'
import { words } from '../words'

/** The library of pictures and documents. */
export function Pictures() {
  const w = words.value
  const [text, setText] = useState('')
  const q = useQuiet(text)
  const [kind, setKind] = useState<'' | Medium['kind']>('')
  const [missing, setMissing] = useState('')
  const [isUnused, setUnused] = useState(false)
  const [opened, setOpened] = useState<Medium | null>(null)
  const media = usePages(async (from) => {
    const query = { limit: 40, ...(q ? { q } : {}), ...(kind ? { kind } : {}), ...(missing ? { missing_alt: missing } : {}), ...(isUnused ? { unused: true } : {}), ...from }
    return (await get(api.GET('/v1/admin/media', { params: { query } }))).body
  }, [q, kind, missing, isUnused])
  const upload = async (files: Iterable<File>) => {
    for (const file of files) {
      await attempt(async () => {
        const medium = await uploadPicture(file, { lang: config.languages[0]!, alt: '' })
        setOpened(medium)
      }, w.uploaded(file.name))
    }
    media.reload()
  }
  return (
    <Screen title={w.pictures} actions={may('media:write') && (
      <label class="button main">{w.upload}<input type="file" class="unseen" multiple accept="image/*,application/pdf" onChange={(event) => { void upload(event.currentTarget.files ?? []) }} /></label>
    )}>
      <div class="filters">
        <Input label={w.search} type="search" value={text} onInput={(event) => setText(valueOf(event))} />
        <Select label={w.kind} value={kind} onChange={(event) => setKind(valueOf(event) as '' | Medium['kind'])} options={[['', w.everything], ['image', w.pictures], ['document', w.documents]]} />
        <Select label={w.withoutAlt} value={missing} onChange={(event) => setMissing(valueOf(event))} options={[['', '–'], ...config.languages.map((code): [string, string] => [code, w.languageName(code)])]} />
        <Checkbox label={w.unused} checked={isUnused} onChange={(event) => setUnused(event.currentTarget.checked)} />
      </div>
      <Pending of={media} />
      {media.data && (media.rows.length ? (
        <ul class="picture-grid" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); void upload(event.dataTransfer?.files ?? []) }}>
          {media.rows.map((medium) => (
            <li key={medium.id}>
              <button type="button" onClick={() => setOpened(medium)}>
                <MediumImage medium={medium} /> <span>{medium.name}</span>
                {medium.kind === 'image' && !Object.keys(medium.alt).length && <small class="error">{w.noAlt}</small>}
              </button>
            </li>
          ))}
        </ul>
      ) : <Empty>{w.noPictures}</Empty>)}
      <More readOn={media.readOn} />
      {opened && <MediumDialog medium={opened} onClose={() => { setOpened(null); media.reload() }} />}
    </Screen>
  )
}

/** What is known of a medium, where it is used, and what can be done with it. */
function MediumDialog(props: { medium: Medium; onClose: () => void }) {
  const w = words.value
  const [medium, setMedium] = useState(props.medium)
  const [alt, setAlt] = useState(medium.alt)
  const [caption, setCaption] = useState(medium.caption)
  const [credit, setCredit] = useState(medium.credit ?? '')
  const params = { path: { media_id: medium.id }, header: ifMatch(medium.revision) }
  const save = () => attempt(async () => {
    setMedium(await take(api.PATCH('/v1/admin/media/{media_id}', { params, body: { alt: toChange(alt), caption: toChange(caption), credit: credit.trim() || null } })))
  }, w.savedText)
  const focus = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    const point = { x: round((event.clientX - box.left) / box.width), y: round((event.clientY - box.top) / box.height) }
    void attempt(async () => setMedium(await take(api.PATCH('/v1/admin/media/{media_id}', { params, body: { focal_point: point } }))), w.focusSet)
  }
  const replace = (file: File) => attempt(async () => {
    const form = new FormData()
    form.append('file', file)
    const answer = await take(api.PUT('/v1/admin/media/{media_id}/file', { params, body: form as never, bodySerializer: (body) => body }))
    forgetFiles(medium.id)
    setMedium(answer)
  }, w.replaced)
  const remove = () => attempt(async () => {
    await get(api.DELETE('/v1/admin/media/{media_id}', { params }))
    props.onClose()
  })
  return (
    <Dialog title={medium.name} onClose={props.onClose} wide>
      <form class="describe" onSubmit={(event) => { event.preventDefault(); void save() }}>
        <div>
          {medium.kind === 'image'
            ? <button type="button" class="focus" aria-label={w.setFocus} onClick={focus}>
                <MediumImage key={medium.revision} medium={medium} width={800} />
                {medium.focal_point && <span class="focus-point" style={{ left: `${medium.focal_point.x * 100}%`, top: `${medium.focal_point.y * 100}%` }} />}
              </button>
            : <MediumImage medium={medium} />}
          <p class="help">{medium.width && `${medium.width} × ${medium.height} · `}{showMoment(medium.created_at)}{medium.kind === 'image' && ` · ${w.setFocus}`}</p>
          <h3>{w.usedBy}</h3>
          {medium.used_by.length ? <ul class="plain-list">
            {medium.used_by.map((use) => <li key={use.kind + use.id}>{use.kind === 'article' || use.kind === 'page' ? <a href={`${HOME}/articles/${use.id}`}>{use.title}</a> : use.title}</li>)}
          </ul> : <p class="help">{w.usedNowhere}</p>}
        </div>
        <div>
          {medium.kind === 'image' && <ByLanguage label={w.altText} rows={2} value={alt} onChange={setAlt} />}
          <ByLanguage label={w.caption} rows={2} value={caption} onChange={setCaption} />
          <Input label={w.credit} value={credit} onInput={(event) => setCredit(valueOf(event))} />
          {may('media:write') && (
            <footer>
              <label class="button">{w.replaceFile}<input type="file" class="unseen" accept="image/*" onChange={(event) => { const file = event.currentTarget.files?.[0]; if (file) void replace(file) }} /></label>
              {!medium.used_by.length && <button type="button" class="danger" onClick={() => void remove()}>{w.remove}</button>}
              <button class="main">{w.save}</button>
            </footer>
          )}
        </div>
      </form>
    </Dialog>
  )
}

const round = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 1_000) / 1_000
