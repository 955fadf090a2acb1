import { DOMParser as Reader, DOMSerializer, type Node } from '@tiptap/pm/model'
import { schema } from './extensions'
import { toMarkdown } from './markdown'
import { ownMedium } from './pictures'

/** A document of HTML as the server gives it. Footnotes become nodes that hold their note. */
export function fromHtml(html: string, options: { footnotes?: boolean } = {}): Node {
  const page = parseHtml(html)
  if (options.footnotes !== false) gatherFootnotes(page.body)
  for (const code of page.querySelectorAll('pre')) code.lastChild!.textContent = code.textContent!.replace(/\n$/, '')
  return Reader.fromSchema(schema).parse(page.body)
}

/** HTML as a page. The browser would report its styles, of which a text has only alignments. */
export const parseHtml = (html: string): Document =>
  new DOMParser().parseFromString(html.replace(/ style="text-align:\s*(\w+);?"/g, ' data-align="$1"'), 'text/html')

/** What was pasted without what other programs put between blocks, and without pictures of other
 * hosts, which their addresses would soon show to nobody; they are counted. */
export function tidyPaste(html: string): { html: string; pictures: number } {
  const page = parseHtml(html)
  for (const line of page.querySelectorAll('body > br, body > p:empty')) line.remove()
  for (const item of page.querySelectorAll('li')) {
    const [only, ...others] = item.querySelectorAll(':scope > p')
    if (only && !others.length) only.replaceWith(...Array.from(only.childNodes))
  }
  const foreign = Array.from(page.querySelectorAll('img')).filter((image) => !ownMedium(image.getAttribute('src') ?? ''))
  for (const image of foreign) {
    const frame = image.closest('figure, p')
    image.remove()
    if (frame && !frame.textContent.trim() && !frame.querySelector('img')) frame.remove()
  }
  return { html: page.body.innerHTML.replace(/ data-align="(\w+)"/g, ' style="text-align:$1"'), pictures: foreign.length }
}

export const writeElement = (element: Element): string => {
  tighten(element)
  return element.outerHTML.replace(/ data-align="(\w+)"/g, ' style="text-align:$1"')
}

/** The document as HTML, one block a line, so that two texts can be compared block by block. */
export function toHtml(doc: Node): string {
  const page = document.implementation.createHTMLDocument()
  const fragment = DOMSerializer.fromSchema(schema).serializeFragment(doc.content, { document: page })
  const lines = Array.from(fragment.children, writeElement)
  if (lines.at(-1) === '<p></p>') lines.pop()
  return lines.join('\n')
}

/** Removes the paragraphs that a schema wants where HTML needs none. */
function tighten(root: Element): void {
  for (const table of [root, ...root.querySelectorAll('table')]) gatherHead(table)
  for (const cell of root.querySelectorAll('li, td, th')) {
    const only = cell.querySelectorAll(':scope > p')
    const isTight = cell.localName === 'li' ? cell.parentElement?.hasAttribute('data-tight') : only.length === 1
    if (isTight && only.length === 1) only[0]!.replaceWith(...Array.from(only[0]!.childNodes))
  }
  for (const cell of root.querySelectorAll('[colspan="1"]')) cell.removeAttribute('colspan')
  for (const cell of root.querySelectorAll('[rowspan="1"]')) cell.removeAttribute('rowspan')
  for (const list of root.querySelectorAll('[data-tight]')) list.removeAttribute('data-tight')
  root.removeAttribute('data-tight')
}

/** Puts the first rows of a table into its head if they have head cells alone. */
function gatherHead(table: Element): void {
  const rows = Array.from(table.querySelectorAll(':scope > tbody > tr'))
  const first = rows.findIndex((row) => Array.from(row.children).some((cell) => cell.localName !== 'th'))
  const heads = first < 0 ? rows : rows.slice(0, first)
  if (table.localName !== 'table' || !heads.length) return
  const head = document.createElement('thead')
  head.append(...heads)
  table.prepend(head)
  const body = table.querySelector(':scope > tbody')
  if (!body?.childElementCount) body?.remove()
}

function gatherFootnotes(root: HTMLElement): void {
  const section = root.querySelector('section.footnotes')
  if (!section) return
  for (const sign of root.querySelectorAll('sup.footnote-ref')) {
    const target = sign.querySelector('a')?.getAttribute('href')?.slice(1) ?? ''
    const item = Array.from(section.querySelectorAll('li')).find((candidate) => candidate.id === target)
    if (!item) return
    const note = item.cloneNode(true) as HTMLElement
    for (const back of note.querySelectorAll('.footnote-backref')) back.remove()
    const holder = document.createElement('span')
    holder.dataset['note'] = toMarkdown(fromHtml(note.innerHTML)).trim()
    sign.replaceWith(holder)
  }
  root.querySelector('hr.footnotes-sep')?.remove()
  section.remove()
}
