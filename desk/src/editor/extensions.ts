import { Extension, getSchema, type Extensions } from '@tiptap/core'
import Code from '@tiptap/extension-code'
import Link from '@tiptap/extension-link'
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'
import StarterKit from '@tiptap/starter-kit'
import { Embed, Figure, Footnote, Picture, plainMarks } from './nodes'

/** Whether the items of a list stand close together, which HTML and Markdown both tell. */
const TightLists = Extension.create({
  name: 'tightLists',
  addGlobalAttributes: () => [{
    types: ['bulletList', 'orderedList'],
    attributes: {
      tight: {
        default: true,
        parseHTML: (element) => !element.querySelector(':scope > li > p'),
        renderHTML: (attributes) => (attributes['tight'] ? { 'data-tight': '' } : {}),
      },
    },
  }],
})

/** Names to which links of the text lead; those that publishing makes are not its own. */
const HeadingNames = Extension.create({
  name: 'headingNames',
  addGlobalAttributes: () => [{
    types: ['heading'],
    attributes: {
      id: {
        default: null,
        parseHTML: (element) => (element.id && !element.id.startsWith('h-') ? element.id : null),
      },
    },
  }],
})

// The policy of the page forbids styles, so `html.ts` writes them as this attribute.
const align = {
  default: null,
  parseHTML: (element: HTMLElement) => element.dataset['align'] ?? null,
  renderHTML: (attributes: Record<string, unknown>) =>
    attributes['align'] ? { 'data-align': attributes['align'] } : {},
}
const PlainTable = Table.extend({ renderHTML: () => ['table', ['tbody', 0]] })
const PlainLink = Link.extend({ addAttributes: () => ({ href: { default: null }, title: { default: null } }) })

const AlignedCell = TableCell.extend({ addAttributes() { return { ...this.parent?.(), align } } })
const AlignedHeader = TableHeader.extend({ addAttributes() { return { ...this.parent?.(), align } } })

/** What a text may consist of; the schema of editor and serialisers alike. */
export const content: Extensions = [
  StarterKit.configure({
    heading: { levels: [2, 3, 4, 5, 6] },
    code: false,
    underline: false,
    link: false,
    trailingNode: { notAfter: ['paragraph'] },
  }),
  TightLists,
  HeadingNames,
  PlainLink.configure({ openOnClick: false, autolink: true, HTMLAttributes: {} }),
  PlainTable.configure({ resizable: false, renderWrapper: false }),
  TableRow,
  AlignedCell,
  AlignedHeader,
  Figure,
  Picture,
  Embed,
  Footnote,
  ...plainMarks,
  Code.extend({ excludes: '' }),
]

export const schema = getSchema(content)
