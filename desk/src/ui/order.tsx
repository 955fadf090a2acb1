import { words } from '../words'

/** The items with one of them some places further on. */
export function moveItem<T>(items: T[], index: number, step: number): T[] {
  const next = [...items]
  const [item] = next.splice(index, 1)
  next.splice(index + step, 0, item!)
  return next
}

/** The buttons that move one of several things up and down. */
export function MoveButtons(props: { name: string; index: number; count: number; onMove: (step: number) => void }) {
  const w = words.value
  const { name, index, count, onMove } = props
  return (
    <span class="move">
      <button type="button" class="plain" disabled={!index} aria-label={w.upOf(name)} onClick={() => onMove(-1)}>↑</button>
      <button type="button" class="plain" disabled={index === count - 1} aria-label={w.downOf(name)} onClick={() => onMove(1)}>↓</button>
    </span>
  )
}
