import { useState } from 'preact/hooks'
import { api, get, type Schema } from '../../api/client'
import { attempt } from '../../shell/notices'
import { today } from '../../time'
import { Dialog } from '../../ui/Dialog'
import { Checkboxes, Input, valueOf } from '../../ui/Field'
import { words } from '../../words'

type Member = Schema['ManagedMember']

/** A new committee from a day on: who leaves and who joins, all at once or not at all. */
export function Succession({ members, onClose }: { members: Member[]; onClose: () => void }) {
  const w = words.value
  const [on, setOn] = useState(today())
  const [leaving, setLeaving] = useState<string[]>([])
  const [joining, setJoining] = useState<{ name: string; role: string }[]>([])
  const present = members.filter((member) => member.is_public && member.group !== 'staff')
  const change = (index: number, changes: Partial<{ name: string; role: string }>) =>
    setJoining(joining.map((person, at) => (at === index ? { ...person, ...changes } : person)))
  const perform = () => attempt(async () => {
    await get(api.POST('/v1/admin/committee/succession', {
      body: {
        on, leaving, moving: [],
        joining: joining.filter((person) => person.name.trim())
          .map((person) => ({ name: person.name, group: person.role ? 'officers' as const : 'committee' as const, ...(person.role ? { role: { [w.locale]: person.role } } : {}) })),
      },
    }))
    onClose()
  }, w.done)
  return (
    <Dialog title={w.succession} onClose={onClose} wide>
      <form onSubmit={(event) => { event.preventDefault(); void perform() }}>
        <p>{w.successionHelp}</p>
        <Input label={w.takesOffice} type="date" required value={on} onInput={(event) => setOn(valueOf(event))} />
        <fieldset>
          <legend>{w.leaving}</legend>
          <Checkboxes value={leaving} onChange={setLeaving}
            options={present.map((member) => [member.id, `${member.name}, ${member.role[w.locale] ?? w.groups[member.group]}`])} />
        </fieldset>
        <fieldset>
          <legend>{w.joining}</legend>
          {joining.map((person, index) => (
            <div key={index} class="row">
              <Input label={w.name} value={person.name} onInput={(event) => change(index, { name: valueOf(event) })} />
              <Input label={w.role} value={person.role} onInput={(event) => change(index, { role: valueOf(event) })} />
            </div>
          ))}
          <button type="button" onClick={() => setJoining([...joining, { name: '', role: '' }])}>{w.addMember}</button>
        </fieldset>
        <footer><button class="main" disabled={!leaving.length && !joining.some((person) => person.name.trim())}>{w.succession}</button></footer>
      </form>
    </Dialog>
  )
}
