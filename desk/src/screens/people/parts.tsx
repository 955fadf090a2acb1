import type { ComponentChildren } from 'preact'
import { api, get, ifMatch } from '../../api/client'
import { attempt } from '../../shell/notices'
import { may } from '../../shell/session'
import type { Loaded } from '../../ui/data'
import { Dialog } from '../../ui/Dialog'
import { MoveButtons, moveItem } from '../../ui/order'
import { Empty, Pending } from '../../ui/parts'
import { words } from '../../words'

/** The texts that are not blank, as a new thing has them. */
export const canChange = () => may('people:write')

/** Rows of people, each of which opens its dialog; where they have an order, it can be changed. */
export function Rows<T extends { id: string; name: string; is_public: boolean }>(props: {
  people: Loaded<T[]>
  facts: (row: T) => string
  onOpen: (row: T) => void
  /** Saves another order, as the ids of all. */
  onOrder?: (ids: string[]) => Promise<unknown>
}) {
  const w = words.value
  const { data, error } = props.people
  if (error || !data) return <Pending of={props.people} />
  if (!data.length) return <Empty>{w.nothingHere}</Empty>
  const move = (index: number, step: number) => attempt(async () => {
    await props.onOrder!(moveItem(data.map((row) => row.id), index, step))
    props.people.reload()
  })
  return (
    <ul class="rows">
      {data.map((row, index) => (
        <li key={row.id}>
          <div class="row-text">
            <button type="button" class="plain" onClick={() => props.onOpen(row)}>{row.name}</button>
            <p class="row-facts">{!row.is_public && <span class="badge">{w.notPublic}</span>}<span>{props.facts(row)}</span></p>
          </div>
          {props.onOrder && canChange() && <MoveButtons name={row.name} index={index} count={data.length} onMove={(step) => void move(index, step)} />}
        </li>
      ))}
    </ul>
  )
}

interface FormProps {
  title: string
  /** Who is changed; null for somebody new. */
  person: { id: string; revision: number } | null
  path: '/v1/admin/committee/{member_id}' | '/v1/admin/sponsors/{sponsor_id}' | '/v1/admin/authors/{author_id}'
  onSave: () => Promise<void>
  onClose: () => void
  children: ComponentChildren
}

/** The dialog of somebody, or of a new one. */
export function PersonForm({ title, person, path, onSave, onClose, children }: FormProps) {
  const w = words.value
  const save = () => attempt(async () => {
    await onSave()
    onClose()
  }, w.savedText)
  const remove = ({ id, revision }: NonNullable<typeof person>) => attempt(async () => {
    // Each path takes its own of these names.
    const names = { member_id: id, sponsor_id: id, author_id: id }
    await get(api.DELETE(path as '/v1/admin/authors/{author_id}', { params: { path: names, header: ifMatch(revision) } }))
    onClose()
  })
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void save() }}>
        <fieldset class="bare" disabled={!canChange()}>{children}</fieldset>
        {canChange() && (
          <footer>
            {person && <button type="button" class="danger" onClick={() => { if (confirm(w.removeSure(title))) void remove(person) }}>{w.remove}</button>}
            <button class="main">{w.save}</button>
          </footer>
        )}
      </form>
    </Dialog>
  )
}
