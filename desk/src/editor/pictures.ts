import { api, get } from '../api/client'

const OWN = /^\/v1\/media\/([0-9a-f-]{36})\/([^/?#]+)$/
const kept = new Map<string, Promise<string>>()

/** The medium and the rendition that a picture's address names, if it is one of ours. */
export function ownMedium(src: string): { id: string; rendition: string } | null {
  const own = src.startsWith(location.origin) ? src.slice(location.origin.length) : src
  const parts = OWN.exec(own)
  return parts ? { id: parts[1]!, rendition: parts[2]! } : null
}

/** An address at which the browser shows a file that may not be public yet. */
export function fileUrl(id: string, rendition: string): Promise<string> {
  const key = `${id}/${rendition}`
  let url = kept.get(key)
  if (!url) {
    url = readFile(id, rendition)
    url.catch(() => kept.delete(key))
    kept.set(key, url)
  }
  return url
}

async function readFile(id: string, rendition: string): Promise<string> {
  const { body } = await get(api.GET('/v1/admin/media/{media_id}/file/{rendition}', {
    params: { path: { media_id: id, rendition } },
    parseAs: 'blob',
  }))
  return URL.createObjectURL(body as unknown as Blob)
}

/** Forgets what was shown of a medium, whose file was replaced. */
export function forgetFiles(id: string): void {
  for (const [key, url] of kept) {
    if (!key.startsWith(id)) continue
    kept.delete(key)
    void url.then(URL.revokeObjectURL)
  }
}

/** Shows a picture in an element: ours by its file, one of another host as a card. */
export function showPicture(frame: HTMLElement, src: string, alt: string): void {
  const own = ownMedium(src)
  if (!own) {
    frame.replaceChildren(card(src))
    return
  }
  const image = document.createElement('img')
  image.alt = alt
  frame.replaceChildren(image)
  fileUrl(own.id, own.rendition).then(
    (url) => { image.src = url },
    () => frame.replaceChildren(card(src)),
  )
}

/** What stands for something that the desk does not load: its address, as text. */
export function card(address: string): HTMLElement {
  const box = document.createElement('span')
  box.className = 'card-address'
  box.textContent = address
  return box
}
