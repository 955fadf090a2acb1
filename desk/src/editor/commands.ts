import { Extension, type Editor } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import Suggestion, { type SuggestionProps } from '@tiptap/suggestion'
import { signal } from '@preact/signals'
import type { Words } from '../words'
import type { IconName } from '../ui/parts'

/** What a dialog asks for before something is put into the text. */
export type Asking = 'link' | 'picture' | 'embed' | 'footnote'

export interface Command {
  name: keyof Words['commands']
  run: (editor: Editor, ask: (what: Asking) => void) => void
  isOn?: (editor: Editor) => boolean
  icon?: IconName
  sign?: string
  /** Whether only Markdown can hold it. */
  markdownOnly?: boolean
}

/** Blocks, which the `/` menu offers too. */
export const BLOCKS: Command[] = [
  { name: 'heading2', sign: 'H2', run: (editor) => editor.chain().focus().toggleHeading({ level: 2 }).run(), isOn: (editor) => editor.isActive('heading', { level: 2 }) },
  { name: 'heading3', sign: 'H3', run: (editor) => editor.chain().focus().toggleHeading({ level: 3 }).run(), isOn: (editor) => editor.isActive('heading', { level: 3 }) },
  { name: 'bullets', icon: 'bullets', run: (editor) => editor.chain().focus().toggleBulletList().run(), isOn: (editor) => editor.isActive('bulletList') },
  { name: 'numbers', icon: 'numbers', run: (editor) => editor.chain().focus().toggleOrderedList().run(), isOn: (editor) => editor.isActive('orderedList') },
  { name: 'quote', icon: 'quote', run: (editor) => editor.chain().focus().toggleBlockquote().run(), isOn: (editor) => editor.isActive('blockquote') },
  { name: 'picture', icon: 'pictures', run: (_editor, ask) => ask('picture') },
  { name: 'embed', icon: 'embed', run: (_editor, ask) => ask('embed') },
  { name: 'table', icon: 'table', run: (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run() },
  { name: 'footnote', sign: '※', run: (_editor, ask) => ask('footnote'), markdownOnly: true },
  { name: 'rule', sign: '―', run: (editor) => editor.chain().focus().setHorizontalRule().run() },
  { name: 'code', sign: '{}', run: (editor) => editor.chain().focus().toggleCodeBlock().run(), isOn: (editor) => editor.isActive('codeBlock') },
]

const toggle = (mark: string) => (editor: Editor) => { editor.chain().focus().toggleMark(mark).run() }
const isMarked = (mark: string) => (editor: Editor) => editor.isActive(mark)

/** Marks of words in a line. */
export const MARKS: Command[] = [
  { name: 'bold', sign: 'B', run: toggle('bold'), isOn: isMarked('bold') },
  { name: 'italic', sign: 'I', run: toggle('italic'), isOn: isMarked('italic') },
  { name: 'link', icon: 'link', run: (_editor, ask) => ask('link'), isOn: isMarked('link') },
  { name: 'sub', sign: 'x₂', run: toggle('sub'), isOn: isMarked('sub') },
  { name: 'sup', sign: 'x²', run: toggle('sup'), isOn: isMarked('sup') },
  { name: 'strike', sign: 'S', run: toggle('strike'), isOn: isMarked('strike') },
]

/** What can be done in a table. */
export const TABLE: Command[] = [
  { name: 'addRow', run: (editor) => editor.chain().focus().addRowAfter().run() },
  { name: 'addColumn', run: (editor) => editor.chain().focus().addColumnAfter().run() },
  { name: 'deleteRow', run: (editor) => editor.chain().focus().deleteRow().run() },
  { name: 'deleteColumn', run: (editor) => editor.chain().focus().deleteColumn().run() },
  { name: 'deleteTable', run: (editor) => editor.chain().focus().deleteTable().run() },
]

/** Puts a block after the caret's block, and the caret into a new line after it. */
export function insertBlock(editor: Editor, type: 'figure' | 'embed', attributes: object, caption?: string): void {
  if (editor.isDestroyed) return // the writer has left meanwhile
  const { schema, selection } = editor.state
  const block = schema.nodes[type]!.create(attributes, caption ? schema.text(caption) : null)
  const { $from } = selection
  const isEmpty = $from.depth === 1 && $from.parent.isTextblock && !$from.parent.content.size
  const at = isEmpty ? $from.before(1) : $from.depth ? $from.after(1) : selection.to
  const transaction = editor.state.tr
  if (isEmpty) transaction.delete($from.before(1), $from.after(1))
  transaction.insert(at, [block, schema.nodes['paragraph']!.create()])
  transaction.setSelection(TextSelection.create(transaction.doc, at + block.nodeSize + 1))
  editor.view.dispatch(transaction.scrollIntoView())
  editor.view.focus()
}

interface SlashMenu {
  items: Command[]
  index: number
  left: number
  top: number
  choose: (item: Command) => void
}

/** The open `/` menu; null while there is none. */
export const slashMenu = signal<SlashMenu | null>(null)

/** A menu of blocks that opens at a `/` in the text. */
export function slashCommands(find: (query: string) => Command[], ask: (what: Asking) => void): Extension {
  return Extension.create({
    name: 'slashCommands',
    addProseMirrorPlugins() {
      const show = (props: SuggestionProps<Command, Command>) => {
        const place = props.clientRect?.()
        slashMenu.value = props.items.length && place
          ? { items: props.items, index: 0, left: place.left, top: place.bottom, choose: (item) => props.command(item) }
          : null
      }
      return [Suggestion<Command, Command>({
        editor: this.editor,
        char: '/',
        startOfLine: true,
        items: ({ query }) => find(query),
        command: ({ editor, range, props }) => {
          editor.chain().focus().deleteRange(range).run()
          props.run(editor, ask)
        },
        render: () => ({
          onStart: show,
          onUpdate: show,
          onExit: () => { slashMenu.value = null },
          onKeyDown: ({ event }) => moveInMenu(event),
        }),
      })]
    },
  })
}

function moveInMenu(event: KeyboardEvent): boolean {
  const menu = slashMenu.value
  if (!menu) return false
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step) {
    slashMenu.value = { ...menu, index: (menu.index + step + menu.items.length) % menu.items.length }
    return true
  }
  if (event.key === 'Enter') {
    menu.choose(menu.items[menu.index]!)
    return true
  }
  if (event.key === 'Escape') slashMenu.value = null
  return event.key === 'Escape'
}
