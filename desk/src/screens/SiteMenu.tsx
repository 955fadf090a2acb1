import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Schema } from '../api/client'
import { ByLanguage } from '../ui/ByLanguage'
import { Input, Select, valueOf } from '../ui/Field'
import { MoveButtons, moveItem } from '../ui/order'
import { words } from '../words'

export type MenuEntry = Schema['NavigationInput']
type LowerEntry = Schema['EntryInput']
type Target = 'page' | 'tag' | 'url'

/** What an entry can lead to: pages and tags, each with its slug and its name. */
export interface Targets {
  pages: [string, string][]
  tags: [string, string][]
}

const targetOf = (entry: LowerEntry): Target => (entry.page ?? null) !== null ? 'page' : (entry.tag ?? null) !== null ? 'tag' : 'url'

/** The menu of the site, in two levels. */
export function SiteMenu({ menu, targets, onChange }: { menu: MenuEntry[]; targets: Targets; onChange: (menu: MenuEntry[]) => void }) {
  const change = (index: number, entry: MenuEntry) => onChange(menu.map((other, at) => (at === index ? entry : other)))
  return (
    <Entries entries={menu} targets={targets} onChange={onChange} below={(entry, index) => (
      <Entries entries={entry.children ?? []} targets={targets} onChange={(children) => change(index, { ...entry, children })} />
    )} />
  )
}

function Entries<T extends LowerEntry>(props: { entries: T[]; targets: Targets; onChange: (entries: T[]) => void; below?: (entry: T, index: number) => JSX.Element }) {
  const w = words.value
  const { entries, targets, onChange, below } = props
  const nameOf = (entry: T) => {
    const [, name] = [...targets.pages, ...targets.tags].find(([slug]) => slug === (entry.page ?? entry.tag)) ?? []
    return entry.labels?.[w.locale] ?? name ?? (entry.page || entry.tag || entry.url || w.newEntry)
  }
  const change = (index: number, next: LowerEntry) =>
    onChange(entries.map((other, at) => (at === index ? { ...other, page: null, tag: null, url: null, ...next } : other)))
  return (
    <>
      <ol class="plain-list">
        {entries.map((entry, index) => (
          <li key={index} class="entry">
            <div class="choice-line">
              <EntryDetails name={nameOf(entry)} entry={entry} targets={targets} onChange={(next) => change(index, next)} />
              <span>
                <MoveButtons name={nameOf(entry)} index={index} count={entries.length} onMove={(step) => onChange(moveItem(entries, index, step))} />
                <button type="button" class="plain" aria-label={w.removeOf(nameOf(entry))} onClick={() => onChange(entries.filter((_, at) => at !== index))}>×</button>
              </span>
            </div>
            {below?.(entry, index)}
          </li>
        ))}
      </ol>
      <p><button type="button" class={below ? '' : 'plain'} onClick={() => onChange([...entries, { url: '', labels: {} } as unknown as T])}>{below ? w.addEntry : w.addBelow}</button></p>
    </>
  )
}

function EntryDetails(props: { name: string; entry: LowerEntry; targets: Targets; onChange: (entry: LowerEntry) => void }) {
  const w = words.value
  const { entry } = props
  const [isNew] = useState(entry.url === '')
  const target = targetOf(entry)
  const labels = entry.labels ?? {}
  const set = (kind: Target, value: string) => props.onChange({ labels, [kind]: value })
  return (
    <details open={isNew}>
      <summary>{props.name}</summary>
      <div class="row">
        <Select label={w.kind} value={target} onChange={(event) => set(valueOf(event) as Target, '')} options={[['page', w.kinds.page], ['tag', w.tag], ['url', w.address]]} />
        {target === 'url' ? <Input label={w.address} type="url" required value={entry.url ?? ''} onInput={(event) => set('url', valueOf(event))} />
          : <Select label={target === 'page' ? w.kinds.page : w.tag} required value={entry[target] ?? ''} onChange={(event) => set(target, valueOf(event))} options={[['', '–'], ...(target === 'page' ? props.targets.pages : props.targets.tags)]} />}
      </div>
      <div class="row">
        <ByLanguage label={w.label} value={labels} onChange={(next) =>
          props.onChange({ [target]: entry[target] ?? '', labels: Object.fromEntries(Object.entries(next).filter(([, text]) => text)) })} />
      </div>
    </details>
  )
}
