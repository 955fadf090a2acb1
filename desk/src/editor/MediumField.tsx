import { useState } from 'preact/hooks'
import { api, take } from '../api/client'
import { config } from '../config'
import { MediumImage } from '../ui/MediumImage'
import { useData } from '../ui/data'
import { words } from '../words'
import { PictureDialog } from './PictureDialog'

/** A picture of the library beside something, chosen or newly uploaded. */
export function MediumField(props: { label?: string; value: string | null; lang?: string; onChange: (id: string | null) => void }) {
  const w = words.value
  const { label, value, lang } = props
  const [isChoosing, setChoosing] = useState(false)
  const medium = useData(async () => (value ? take(api.GET('/v1/admin/media/{media_id}', { params: { path: { media_id: value } } })) : null), [value])
  return (
    <div class="field medium-field" role="group" aria-label={label ?? w.pictures}>
      {label && <p class="label">{label}</p>}
      {medium.data && value && <MediumImage medium={medium.data} />}
      {medium.data && value && lang && !medium.data.alt[lang] && <p class="error">{w.noAltIn(w.languageName(lang))}</p>}
      <p>
        <button type="button" onClick={() => setChoosing(true)}>{value ? w.otherPicture : w.addPicture}</button>
        {value && <button type="button" class="plain" onClick={() => props.onChange(null)}>{w.remove}</button>}
      </p>
      {isChoosing && (
        <PictureDialog lang={lang ?? config.languages[0]!} onClose={() => setChoosing(false)} onChoose={(picture) => {
          setChoosing(false)
          props.onChange(picture.medium.id)
          if (picture.medium.id === value) medium.reload()
        }} />
      )}
    </div>
  )
}
