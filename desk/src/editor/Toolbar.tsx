import type { Editor } from '@tiptap/core'
import type { BodyFormat } from '../api/types'
import { Icon } from '../ui/parts'
import { words } from '../words'
import { BLOCKS, MARKS, slashMenu, TABLE, type Asking, type Command } from './commands'

interface Props {
  editor: Editor
  format: BodyFormat
  ask: (what: Asking) => void
  onSource: () => void
}

export function Toolbar({ editor, format, ask, onSource }: Props) {
  const w = words.value
  const isOffered = (command: Command) => !command.markdownOnly || format === 'markdown'
  const button = (command: Command) => (
    <button
      key={command.name}
      type="button"
      class={`tool-${command.name}`}
      data-sign={command.sign}
      title={w.commands[command.name]}
      aria-label={w.commands[command.name]}
      aria-pressed={command.isOn?.(editor)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => command.run(editor, ask)}
    >
      {command.icon ? <Icon name={command.icon} /> : !command.sign && w.commands[command.name]}
    </button>
  )
  return (
    <div class="toolbar" role="toolbar" aria-label={w.formatting} onKeyDown={moveFocus}>
      {MARKS.map(button)}
      <span class="gap" />
      {BLOCKS.filter(isOffered).map(button)}
      <span class="gap" />
      {button({ name: 'undo', icon: 'undo', run: () => editor.chain().focus().undo().run() })}
      {button({ name: 'redo', icon: 'redo', run: () => editor.chain().focus().redo().run() })}
      {button({ name: 'source', icon: 'source', run: onSource })}
      {editor.isActive('table') && <div class="table-tools">{TABLE.map(button)}</div>}
    </div>
  )
}

/** The arrow keys go from tool to tool, as in every toolbar. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (!step) return
  const tools = Array.from((event.currentTarget as HTMLElement).querySelectorAll('button'))
  const at = tools.indexOf(document.activeElement as HTMLButtonElement)
  tools[(at + step + tools.length) % tools.length]?.focus()
  event.preventDefault()
}

export function SlashMenuList() {
  const menu = slashMenu.value
  if (!menu) return null
  return (
    <ul class="slash-menu" role="listbox" aria-label={words.value.insert} style={{ left: `${Math.min(menu.left, innerWidth - 240)}px`, top: `${menu.top}px` }}>
      {menu.items.map((item, index) => (
        <li key={item.name} role="option" aria-selected={index === menu.index} onMouseDown={(event) => { event.preventDefault(); menu.choose(item) }}>
          {item.icon ? <Icon name={item.icon} /> : <span class="sign">{item.sign}</span>}
          {words.value.commands[item.name]}
        </li>
      ))}
    </ul>
  )
}
