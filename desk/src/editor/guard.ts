import type { Node } from '@tiptap/pm/model'
import { api, take } from '../api/client'
import type { BodyFormat, Rendered } from '../api/types'
import { fromHtml, parseHtml, toHtml } from './html'
import { toMarkdown } from './markdown'

export interface OpenedText {
  doc: Node
  /** The text as the editor writes it. */
  text: string
  /** What readers would see another way if the editor saved the text; null where nothing. */
  change: string | null
}

export const render = (body: string, format: BodyFormat, lang: string): Promise<Rendered> =>
  take(api.POST('/v1/admin/render', { body: { body, body_format: format, lang } }))

export const serialise = (doc: Node, format: BodyFormat): string =>
  format === 'html' ? toHtml(doc) : toMarkdown(doc)

/** Reads a text into the editor's form, and asks the server whether readers would notice. */
export async function openText(body: string, format: BodyFormat, lang: string): Promise<OpenedText> {
  const rendered = await render(body, format, lang)
  const doc = fromHtml(rendered.body_html, { footnotes: format === 'markdown' })
  const text = serialise(doc, format)
  const own = text.trim() === body.trim() ? rendered : await render(text, format, lang)
  return { doc, text, change: firstChange(rendered.body_html, own.body_html) }
}

/** The text as the editor writes it, or as it is where the editor would change it. */
export async function toCanonical(body: string, format: BodyFormat, lang: string): Promise<string> {
  if (format === 'text') return body
  const opened = await openText(body, format, lang)
  return opened.change === null ? opened.text : body
}

const BLOCK = 'p|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|pre|div|section|figure|figcaption|table|thead|tbody|tfoot|tr|th|td|caption|hr|br|iframe'
const AROUND_BLOCKS = new RegExp(`\\s*(</?(?:${BLOCK})\\b[^>]*>)\\s*`, 'g')

/** HTML without what readers cannot see: marks of this very text, and blanks between blocks. */
function plainForm(html: string): string {
  const page = parseHtml(html)
  for (const element of page.body.querySelectorAll('*')) {
    for (const { name, value } of Array.from(element.attributes).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      element.removeAttribute(name)
      const isOurs = name === 'rel' || (name === 'id' && /^H\d$/.test(element.tagName) && value.startsWith('h-'))
      if (!isOurs) element.setAttribute(name, value.replace(/\bt[0-9a-f]{8}-/, ''))
    }
  }
  const alike = page.body.innerHTML.replace(/(<\/?)b(?=[ >])/g, '$1strong').replace(/(<\/?)i(?=[ >])/g, '$1em')
  const pieces = alike.replace(/\n(<\/code><\/pre>)/g, '$1').split(/(<pre[\s\S]*?<\/pre>)/)
  return pieces
    .map((piece, index) => (index % 2 ? piece : piece.replace(/[ \t\r\n]+/g, ' ').replace(AROUND_BLOCKS, '$1')))
    .join('')
    .trim()
}

/** The first place at which two texts differ for readers, as a short piece of the first. */
function firstChange(before: string, after: string): string | null {
  const [one, other] = [plainForm(before), plainForm(after)]
  if (one === other) return null
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  const start = Math.max(one.lastIndexOf('<', at), at - 40, 0)
  return one.slice(start, start + 120) || other.slice(start, start + 120)
}
