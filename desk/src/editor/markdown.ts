import { DOMSerializer, type Mark, type Node } from '@tiptap/pm/model'
import { MarkdownSerializer, type MarkdownSerializerState as State } from 'prosemirror-markdown'
import { schema } from './extensions'
import { writeElement } from './html'
import { PLAIN_MARKS } from './nodes'

type Side = (state: State, mark: Mark, parent: Node, index: number) => string

const attributes = (values: Record<string, unknown>, names: string[]) => names
  .filter((name) => values[name] !== null && values[name] !== undefined && values[name] !== '')
  .map((name) => ` ${name}="${escapeHtml(String(values[name]))}"`)
  .join('')

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const element = (name: string, names: string[] = []) => ({
  open: (_state: State, mark: Mark) => `<${name}${attributes(mark.attrs, names)}>`,
  close: `</${name}>`,
  mixable: true,
})

/** A mark by a sign of Markdown, or by its element where Markdown would not read the sign. */
function emphasis(sign: string, name: string) {
  const open: Side = (_state, mark, parent, index) => isReadAsSign(mark, parent, index) ? sign : `<${name}>`
  const close: Side = (_state, mark, parent, index) =>
    isReadAsSign(mark, parent, firstOf(mark, parent, index - 1)) ? sign : `</${name}>`
  return { open, close, mixable: true, expelEnclosingWhitespace: true }
}

function firstOf(mark: Mark, parent: Node, index: number): number {
  let first = index
  while (first > 0 && mark.isInSet(parent.child(first - 1).marks)) first -= 1
  return first
}

const PUNCTUATION = /[\p{P}\p{S}]/u

/** CommonMark reads a sign only at the edge of a word: `**a:**b` stays as it is written. */
function isReadAsSign(mark: Mark, parent: Node, first: number): boolean {
  let last = first
  while (last + 1 < parent.childCount && mark.isInSet(parent.child(last + 1).marks)) last += 1
  let inside = ''
  for (let index = first; index <= last; index += 1) inside += parent.child(index).text ?? '.'
  const before = edge(parent, first - 1, -1) ?? ' '
  const after = edge(parent, last + 1, 0) ?? ' '
  const lead = /^\s/.test(inside) ? ' ' : before
  const trail = /\s$/.test(inside) ? ' ' : after
  const text = inside.trim()
  const isOpen = !PUNCTUATION.test(text.at(0) ?? '') || /\s/.test(lead) || PUNCTUATION.test(lead)
  const isClosed = !PUNCTUATION.test(text.at(-1) ?? '') || /\s/.test(trail) || PUNCTUATION.test(trail)
  return isOpen && isClosed
}

const edge = (parent: Node, index: number, at: number): string | undefined => {
  if (index < 0 || index >= parent.childCount) return undefined
  const node = parent.child(index)
  return node.isText ? node.text!.at(at) : '.'
}

const address = (href: string) => /[\s()<>]/.test(href) ? `<${href.replace(/[<>]/g, encodeURI)}>` : href
const quoteTitle = (title: string | null) => title ? ` "${title.replaceAll('"', '\\"')}"` : ''
const isBare = (mark: Mark, parent: Node, index: number) => {
  const node = parent.child(index)
  return node.isText && node.text === mark.attrs['href'] && /^https?:[^\s<>]+$/.test(node.text!) && !mark.attrs['title']
    && node.marks.length === 1 && parent.maybeChild(index + 1)?.marks.some((other) => other.eq(mark)) !== true
}

/** Footnotes of the text in the making, in their order. */
let notes: string[] = []

const serializer = new MarkdownSerializer(
  {
    text: (state, node) => state.text(node.text!, !isVerbatim(node)),
    paragraph: (state, node) => { state.renderInline(node); state.closeBlock(node) },
    heading: (state, node) => {
      if (node.attrs['id']) return writeHtml(state, node)
      state.write(`${'#'.repeat(node.attrs['level'])} `)
      state.renderInline(node, false)
      state.closeBlock(node)
    },
    blockquote: (state, node) => state.wrapBlock('> ', null, node, () => state.renderContent(node)),
    codeBlock: (state, node) => {
      const fence = '`'.repeat(Math.max(3, ...(node.textContent.match(/`+/g) ?? []).map((run) => run.length + 1)))
      state.write(`${fence}${node.attrs['language'] ?? ''}\n`)
      state.text(node.textContent, false)
      state.write(`\n${fence}`)
      state.closeBlock(node)
    },
    horizontalRule: (state, node) => { state.write('---'); state.closeBlock(node) },
    bulletList: (state, node, parent, index) => {
      state.renderList(node, '  ', () => (isSecond(node, parent, index) ? '* ' : '- '))
    },
    orderedList: (state, node, parent, index) => {
      const start = Number(node.attrs['start'] ?? 1)
      const sign = isSecond(node, parent, index) ? ')' : '.'
      const width = String(start + node.childCount - 1).length + 2
      state.renderList(node, ' '.repeat(width), (item) => `${start + item}${sign} `.padEnd(width))
    },
    listItem: (state, node) => state.renderContent(node),
    hardBreak: (state, node, parent, index) => {
      if (index + 1 < parent.childCount) state.write(parent.type.name === 'heading' ? '<br>' : '\\\n')
      else if (node) state.write('<br>')
    },
    image: (state, node) => {
      const { src, alt, title } = node.attrs as { src: string; alt: string; title: string | null }
      state.write(`![${state.esc(alt)}](${address(src)}${quoteTitle(title)})`)
    },
    footnote: (state, node) => { state.write(`[^${notes.push(node.attrs['note'])}]`) },
    figure: writeHtml,
    embed: (state, node) => {
      state.write(`<iframe${attributes(node.attrs, ['src', 'title', 'width', 'height'])}></iframe>`)
      state.closeBlock(node)
    },
    table: (state, node) => {
      const rows = pipeRows(node)
      if (!rows) return writeHtml(state, node)
      rows.forEach((row, index) => { state.write(`${row}${index + 1 < rows.length ? '\n' : ''}`) })
      state.closeBlock(node)
    },
  },
  {
    bold: emphasis('**', 'strong'),
    italic: emphasis('*', 'em'),
    strike: emphasis('~~', 's'),
    code: {
      open: (_state, _mark, parent, index) => ticks(parent.child(index), -1),
      close: (_state, _mark, parent, index) => ticks(parent.child(index - 1), 1),
      escape: false,
    },
    link: {
      open: (_state, mark, parent, index) => (isBare(mark, parent, index) ? '<' : '['),
      close: (_state, mark, parent, index) => isBare(mark, parent, index - 1)
        ? '>'
        : `](${address(mark.attrs['href'])}${quoteTitle(mark.attrs['title'] ?? null)})`,
    },
    ...Object.fromEntries(Object.entries(PLAIN_MARKS).map(([name, names]) => [name, element(name, names)])),
  },
  { hardBreakNodeName: 'hardBreak', escapeExtraCharacters: /<(?=[a-z/!?])|&(?=#?\w+;)|\|/gi },
)

const isVerbatim = (node: Node) =>
  node.marks.length === 1 && node.marks[0]!.type.name === 'link' && node.marks[0]!.attrs['href'] === node.text

function isSecond(node: Node, parent: Node, index: number): boolean {
  let before = 0
  while (before < index && parent.child(index - before - 1).type === node.type) before += 1
  return before % 2 === 1
}

function ticks(node: Node, side: -1 | 1): string {
  const text = node.text ?? ''
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const needsSpace = /^`|`$|^ .* $/.test(text)
  return side < 0 ? fence + (needsSpace ? ' ' : '') : (needsSpace ? ' ' : '') + fence
}

/** A node as a block of HTML on one line, which Markdown leaves as it is. */
function writeHtml(state: State, node: Node): void {
  const rendered = DOMSerializer.fromSchema(schema).serializeNode(node) as Element
  state.write(writeElement(rendered).replace(/\n\s*/g, ' '))
  state.closeBlock(node)
}

/** The lines of a table that Markdown can express, or null: one head row, plain cells, no spans. */
function pipeRows(table: Node): string[] | null {
  const rows: string[][] = []
  const signs: string[] = []
  let isPlain = true
  table.forEach((row, _offset, at) => {
    const cells: string[] = []
    row.forEach((cell, _cellOffset, column) => {
      const { colspan, rowspan, align } = cell.attrs
      const isHead = cell.type.name === 'tableHeader'
      const inner = cell.firstChild
      isPlain &&= isHead === (at === 0) && colspan === 1 && rowspan === 1
      isPlain &&= cell.childCount === 1 && inner?.type.name === 'paragraph' && !inner.textContent.includes('|')
      isPlain &&= at === 0 || signs[column] === sign(align)
      if (at === 0) signs.push(sign(align))
      if (isPlain) cells.push(inlineMarkdown(inner!))
    })
    rows.push(cells)
  })
  isPlain &&= rows.length > 0 && rows.every((row) => row.length === signs.length && !row.some((cell) => cell.includes('\n')))
  if (!isPlain) return null
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(rows[0]!), line(signs), ...rows.slice(1).map(line)]
}

const sign = (align: string | null) =>
  ({ left: ':--', right: '--:', center: ':-:' } as Record<string, string>)[align ?? ''] ?? '---'

const inlineMarkdown = (paragraph: Node) =>
  serializer.serialize(schema.topNodeType.create(null, [paragraph])).replaceAll('\\\n', '<br>').trim()

/** The document as Markdown, with HTML where Markdown has no sign. */
export function toMarkdown(doc: Node): string {
  const outer = notes
  notes = []
  const text = serializer.serialize(doc).trimEnd()
  const foot = notes.map((note, index) => `[^${index + 1}]: ${note.replace(/\n(?=.)/g, '\n    ')}`)
  notes = outer
  return [text, ...foot].join('\n\n')
}
