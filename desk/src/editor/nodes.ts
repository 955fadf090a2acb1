import { Mark, mergeAttributes, Node } from '@tiptap/core'
import { card, showPicture } from './pictures'

const pictureAttributes = () => ({ src: { default: '' }, alt: { default: '' }, title: { default: null } })

const pictureOf = (element: Element) => ({
  src: element.getAttribute('src') ?? '',
  alt: element.getAttribute('alt') ?? '',
  title: element.getAttribute('title'),
})

/** A picture on its own line with a caption, which is its content. */
export const Figure = Node.create({
  name: 'figure',
  group: 'block',
  content: 'inline*',
  isolating: true,
  draggable: true,
  addAttributes: pictureAttributes,
  parseHTML: () => [{
    tag: 'figure',
    contentElement: (element) => element.querySelector('figcaption') ?? document.createElement('figcaption'),
    getAttrs: (element) => {
      const image = element.querySelector('img')
      return image ? pictureOf(image) : false
    },
  }],
  renderHTML: ({ node, HTMLAttributes }) => node.childCount
    ? ['figure', ['img', HTMLAttributes], ['figcaption', 0]]
    : ['figure', ['img', HTMLAttributes]],
  addNodeView: () => ({ node }) => {
    const dom = document.createElement('figure')
    const frame = document.createElement('div')
    const caption = document.createElement('figcaption')
    frame.contentEditable = 'false'
    dom.append(frame, caption)
    showPicture(frame, node.attrs['src'], node.attrs['alt'])
    let shown = node.attrs
    return {
      dom,
      contentDOM: caption,
      update: (next) => {
        if (next.type.name !== 'figure') return false
        if (next.attrs['src'] !== shown['src'] || next.attrs['alt'] !== shown['alt']) {
          showPicture(frame, next.attrs['src'], next.attrs['alt'])
        }
        shown = next.attrs
        return true
      },
      ignoreMutation: (mutation) => !caption.contains(mutation.target),
    }
  },
})

/** A picture within a line of text. */
export const Picture = Node.create({
  name: 'image',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes: pictureAttributes,
  parseHTML: () => [{ tag: 'img[src]', getAttrs: pictureOf }],
  renderHTML: ({ HTMLAttributes }) => ['img', HTMLAttributes],
  addNodeView: () => ({ node }) => {
    const dom = document.createElement('span')
    dom.className = 'inline-picture'
    showPicture(dom, node.attrs['src'], node.attrs['alt'])
    return { dom }
  },
})

/** A player of another host, shown as a card: the desk loads nothing from elsewhere. */
export const Embed = Node.create({
  name: 'embed',
  group: 'block',
  atom: true,
  draggable: true,
  addAttributes: () => ({
    src: { default: '' },
    title: { default: null },
    width: { default: null },
    height: { default: null },
  }),
  parseHTML: () => [{ tag: 'iframe[src]' }],
  renderHTML: ({ HTMLAttributes }) => ['iframe', HTMLAttributes],
  addNodeView: () => ({ node }) => {
    const dom = document.createElement('div')
    dom.className = 'embed'
    dom.append(node.attrs['title'] ?? '▶', card(node.attrs['src']))
    return { dom }
  },
})

/** A footnote, which holds its note as Markdown. */
export const Footnote = Node.create({
  name: 'footnote',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes: () => ({ note: { default: '' } }),
  parseHTML: () => [{ tag: 'span[data-note]', getAttrs: (element) => ({ note: element.dataset['note'] }) }],
  renderHTML: ({ node }) => ['span', { 'data-note': node.attrs['note'] }],
  addNodeView: () => ({ node, getPos, editor }) => {
    const dom = document.createElement('button')
    dom.type = 'button'
    dom.className = 'footnote'
    dom.title = node.attrs['note']
    dom.setAttribute('aria-label', node.attrs['note'])
    dom.textContent = '※'
    dom.addEventListener('click', () => {
      editor.view.dom.dispatchEvent(new CustomEvent('editfootnote', { detail: getPos() }))
    })
    return { dom }
  },
})

const plainMark = (name: string, attributes: string[] = []) => Mark.create({
  name,
  excludes: '',
  addAttributes: () => Object.fromEntries(attributes.map((attribute) => [attribute, { default: null }])),
  parseHTML: () => [{ tag: name, getAttrs: (element) => (element.className ? false : null) }],
  renderHTML: ({ HTMLAttributes }) => [name, mergeAttributes(HTMLAttributes), 0],
})

/** Marks for which Markdown has no sign, each the element of its name. */
export const PLAIN_MARKS: Record<string, string[]> = {
  u: [], sub: [], sup: [], small: [], mark: [], cite: [], q: [], ins: [], kbd: [], var: [],
  abbr: ['title'], time: ['datetime'],
}

export const plainMarks = Object.entries(PLAIN_MARKS).map(([name, attributes]) => plainMark(name, attributes))
