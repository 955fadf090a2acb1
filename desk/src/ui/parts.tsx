import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { State } from '../api/types'
import { config } from '../config'
import { words } from '../words'
import type { Loaded } from './data'

/** A screen: its heading, what can be done there, and its content. */
export function Screen(props: { title: string; actions?: ComponentChildren; class?: string; children: ComponentChildren }) {
  useEffect(() => { document.title = `${props.title} · ${config.site}` }, [props.title])
  return (
    <main id="main" class={props.class} tabIndex={-1}>
      <header class="screen-head">
        <h1>{props.title}</h1>
        {props.actions && <div class="actions">{props.actions}</div>}
      </header>
      {props.children}
    </main>
  )
}

export const StateBadge = ({ state }: { state: State }) => <span class={`badge ${state}`}>{words.value.states[state]}</span>

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>

export const Busy = () => <p class="busy" role="status">{words.value.loading}</p>

/** Stands where something is loaded: says that it is on its way, or what went wrong. */
export function Pending({ of: { data, error } }: { of: Loaded<unknown> }) {
  if (error) return <p class="error">{error}</p>
  return data ? null : <Busy />
}

/** The button at the end of a list that goes on. */
export const More = ({ readOn }: { readOn: (() => void) | null }) =>
  readOn && <button type="button" class="more" onClick={readOn}>{words.value.more}</button>

/** One of several things that were chosen. */
export const Chip = (props: { name: string; isProposed?: boolean; onRemove: () => void }) => (
  <li class={props.isProposed ? 'chip proposed' : 'chip'}>
    {props.name}
    <button type="button" class="plain" aria-label={words.value.removeOf(props.name)} onClick={props.onRemove}>×</button>
  </li>
)

const ICONS = {
  today: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  articles: 'M5 4h14v16H5zM8 8h8M8 12h8M8 16h5',
  schedule: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  pictures: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4',
  tags: 'M4 4h8l8 8-8 8-8-8zM8 8h.01',
  people: 'M9 11a4 4 0 100-8 4 4 0 000 8zM2 21a7 7 0 0114 0M17 11a3 3 0 100-6M22 20a5 5 0 00-5-6',
  events: 'M12 4v4M12 16v4M4 12h4M16 12h4M12 9l1 2 2 1-2 1-1 2-1-2-2-1 2-1z',
  letters: 'M3 5h18v14H3zM3 6l9 7 9-7',
  site: 'M12 3a9 9 0 100 18 9 9 0 000-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  admin: 'M12 9a3 3 0 100 6 3 3 0 000-6zM12 2v4M12 18v4M2 12h4M18 12h4M5 5l3 3M16 16l3 3M19 5l-3 3M8 16l-3 3',
  menu: 'M4 6h16M4 12h16M4 18h16',
  account: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4 21a8 8 0 0116 0',
  link: 'M10 14a4 4 0 006 0l3-3a4 4 0 00-6-6l-1 1M14 10a4 4 0 00-6 0l-3 3a4 4 0 006 6l1-1',
  quote: 'M5 17h4l2-4V7H5v6h3zM14 17h4l2-4V7h-6v6h3z',
  bullets: 'M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01',
  numbers: 'M10 6h10M10 12h10M10 18h10M4 4h1v4M4 11h2l-2 3h2M4 16h2v4H4',
  table: 'M4 5h16v14H4zM4 10h16M4 14.500h16M12 5v14',
  embed: 'M4 5h16v14H4zM10 9l5 3-5 3z',
  undo: 'M9 7L4 12l5 5M4 12h10a6 6 0 016 6',
  redo: 'M15 7l5 5-5 5M20 12H10a6 6 0 00-6 6',
  source: 'M8 7l-5 5 5 5M16 7l5 5-5 5',
} as const

export type IconName = keyof typeof ICONS

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={ICONS[name]} /></svg>
)
