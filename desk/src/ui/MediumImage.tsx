import { useEffect, useState } from 'preact/hooks'
import type { Medium } from '../api/types'
import { fileUrl } from '../editor/pictures'

/** A small picture of a medium; a document has a sign instead. */
export function MediumImage({ medium, width = 400 }: { medium: Medium; width?: number }) {
  const [url, setUrl] = useState<string | null>(null)
  const sizes = medium.files.filter((file) => file.width)
  const best = sizes.find((file) => (file.width ?? 0) >= width) ?? sizes.at(-1)
  useEffect(() => {
    let isCurrent = true
    if (best) fileUrl(medium.id, best.name).then((found) => isCurrent && setUrl(found), () => undefined)
    return () => { isCurrent = false }
  }, [medium.id, medium.revision])
  if (medium.kind !== 'image') return <span class="document-sign">PDF</span>
  return <img class="medium-image" src={url ?? undefined} alt="" />
}
