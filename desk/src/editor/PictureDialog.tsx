import { useEffect, useMemo, useState } from 'preact/hooks'
import { api, ifMatch, take } from '../api/client'
import type { Medium } from '../api/types'
import { attempt, notify } from '../shell/notices'
import { Dialog } from '../ui/Dialog'
import { Input, TextArea, valueOf } from '../ui/Field'
import { MediumImage } from '../ui/MediumImage'
import { useData, useQuiet } from '../ui/data'
import { Empty, Pending } from '../ui/parts'
import { words } from '../words'

interface ChosenPicture {
  medium: Medium
  src: string
  alt: string
  caption: string
}

interface Props {
  lang: string
  file?: File
  onClose: () => void
  onChoose: (picture: ChosenPicture) => void
}

/** The address of a picture for a body: its largest size. */
const bodyAddress = (medium: Medium): string =>
  medium.files.reduce((best, file) => ((file.width ?? 0) > (best.width ?? 0) ? file : best)).path

export async function uploadPicture(file: File, described: { lang: string; alt: string; caption?: string; credit?: string }): Promise<Medium> {
  const form = new FormData()
  form.append('file', file)
  form.append('metadata', JSON.stringify({
    alt: described.alt ? { [described.lang]: described.alt } : {},
    caption: described.caption ? { [described.lang]: described.caption } : {},
    credit: described.credit || null,
  }))
  const medium = await take(api.POST('/v1/admin/media', {
    body: form as never,
    bodySerializer: (body) => body as never,
  }))
  medium.notices.forEach((notice) => notify(notice))
  return medium
}

/** Chooses a picture: a new file, or one of the library. Both need an alternative text. */
export function PictureDialog(props: Props) {
  const w = words.value
  const [file, setFile] = useState<File | undefined>(props.file)
  const [medium, setMedium] = useState<Medium | null>(null)
  return (
    <Dialog title={w.commands.picture} onClose={props.onClose} wide>
      {file || medium
        ? <Describe {...props} file={file} medium={medium} />
        : <Choose onFile={setFile} onMedium={setMedium} />}
    </Dialog>
  )
}

function Choose(props: { onFile: (file: File) => void; onMedium: (medium: Medium) => void }) {
  const w = words.value
  const [text, setText] = useState('')
  const q = useQuiet(text)
  const media = useData(() => take(api.GET('/v1/admin/media', {
    params: { query: { kind: 'image', limit: 24, ...(q ? { q } : {}) } },
  })), [q])
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <label class="upload">
        {w.chooseFile}
        <input type="file" accept="image/jpeg,image/png,image/webp,image/gif,image/avif,image/tiff" onChange={(event) => {
          const chosen = event.currentTarget.files?.[0]
          if (chosen) props.onFile(chosen)
        }} />
      </label>
      <Input label={w.searchPictures} type="search" value={text} onInput={(event) => setText(valueOf(event))} />
      <Pending of={media} />
      {media.data && (media.data.length ? (
        <ul class="picture-grid">
          {media.data.map((medium) => (
            <li key={medium.id}>
              <button type="button" onClick={() => props.onMedium(medium)}>
                <MediumImage medium={medium} /> <span>{medium.name}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : <Empty>{w.noPictures}</Empty>)}
    </form>
  )
}

function Describe(props: Omit<Props, 'file'> & { file: File | undefined; medium: Medium | null }) {
  const w = words.value
  const { lang, file, medium } = props
  const [alt, setAlt] = useState(medium?.alt[lang] ?? '')
  const [caption, setCaption] = useState(medium?.caption[lang] ?? '')
  const [credit, setCredit] = useState(medium?.credit ?? '')
  const [isBusy, setBusy] = useState(false)
  const shown = useMemo(() => (file ? URL.createObjectURL(file) : null), [file])
  useEffect(() => () => { if (shown) URL.revokeObjectURL(shown) }, [shown])
  const save = async () => {
    setBusy(true)
    await attempt(async () => {
      const chosen = file
        ? await uploadPicture(file, { lang, alt, caption, credit })
        : await describe(medium!, { lang, alt, caption, credit })
      props.onChoose({ medium: chosen, src: bodyAddress(chosen), alt, caption: credit ? `${caption} ${w.photo(credit)}`.trim() : caption })
    })
    setBusy(false)
  }
  return (
    <form class="describe" onSubmit={(event) => { event.preventDefault(); void save() }}>
      {shown ? <img src={shown} alt="" /> : <MediumImage medium={medium!} />}
      <div>
        <TextArea label={`${w.altText}: ${w.languageName(lang)}`} help={w.altHelp} required rows={2} lang={lang} value={alt} onInput={(event) => setAlt(valueOf(event))} />
        <TextArea label={w.caption} rows={2} lang={lang} value={caption} onInput={(event) => setCaption(valueOf(event))} />
        <Input label={w.credit} value={credit} onInput={(event) => setCredit(valueOf(event))} />
        <footer><button class="main" disabled={isBusy || !alt.trim()}>{isBusy ? w.uploading : w.insert}</button></footer>
      </div>
    </form>
  )
}

/** Adds what was written about a picture that is in the library, where it is new. */
async function describe(medium: Medium, said: { lang: string; alt: string; caption: string; credit: string }): Promise<Medium> {
  const { lang } = said
  const isSame = medium.alt[lang] === said.alt && (medium.caption[lang] ?? '') === said.caption && (medium.credit ?? '') === said.credit
  if (isSame) return medium
  return take(api.PATCH('/v1/admin/media/{media_id}', {
    params: { path: { media_id: medium.id }, header: ifMatch(medium.revision) },
    body: { alt: { [lang]: said.alt }, caption: { [lang]: said.caption || null }, credit: said.credit || null },
  }))
}
