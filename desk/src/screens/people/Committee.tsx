import { useState } from 'preact/hooks'
import { api, ifMatch, take, type Schema } from '../../api/client'
import { MediumField } from '../../editor/MediumField'
import { showDate } from '../../time'
import { ByLanguage, toChange, withoutEmpty } from '../../ui/ByLanguage'
import { Input, Select, valueOf } from '../../ui/Field'
import { useData } from '../../ui/data'
import { words } from '../../words'
import { canChange, PersonForm, Rows } from './parts'
import { Succession } from './Succession'

type Member = Schema['ManagedMember']

const GROUPS = ['officers', 'committee', 'staff'] as const

/** Who is on the committee, was or will be. */
export function Committee() {
  const w = words.value
  const [opened, setOpened] = useState<Member | 'new' | null>(null)
  const [isElected, setElected] = useState(false)
  const members = useData(() => take(api.GET('/v1/admin/committee')), [])
  const term = ({ term_from: from, term_to: to }: Member) => (from || to) && [from, to].map((day) => (day ? showDate(day) : '…')).join(' – ')
  const close = () => { setOpened(null); setElected(false); members.reload() }
  return (
    <section>
      {canChange() && <p class="actions"><button type="button" class="main" onClick={() => setElected(true)}>{w.succession}</button> <button type="button" onClick={() => setOpened('new')}>{w.addMember}</button></p>}
      <Rows people={members} onOpen={setOpened} onOrder={(ids) => take(api.POST('/v1/admin/committee/order', { body: { ids } }))}
        facts={(member) => [w.groups[member.group], member.role[w.locale] ?? Object.values(member.role)[0], term(member)].filter(Boolean).join(' · ')} />
      {opened && <MemberDialog member={opened === 'new' ? null : opened} onClose={close} />}
      {isElected && <Succession members={members.data ?? []} onClose={close} />}
    </section>
  )
}

function MemberDialog({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const w = words.value
  const [name, setName] = useState(member?.name ?? '')
  const [role, setRole] = useState(member?.role ?? {})
  const [group, setGroup] = useState<Member['group']>(member?.group ?? 'committee')
  const [affiliation, setAffiliation] = useState(member?.affiliation ?? '')
  const [biography, setBiography] = useState(member?.biography ?? {})
  const [portrait, setPortrait] = useState(member?.portrait ?? null)
  const [from, setFrom] = useState(member?.term_from ?? '')
  const [to, setTo] = useState(member?.term_to ?? '')
  const save = async () => {
    const facts = { name, group, affiliation: affiliation.trim() || null, portrait, term_from: from || null, term_to: to || null }
    if (member) {
      await take(api.PATCH('/v1/admin/committee/{member_id}', {
        params: { path: { member_id: member.id }, header: ifMatch(member.revision) }, body: { ...facts, role: toChange(role), biography: toChange(biography) },
      }))
    } else await take(api.POST('/v1/admin/committee', { body: { ...facts, role: withoutEmpty(role), biography: withoutEmpty(biography) } }))
  }
  return (
    <PersonForm title={member?.name ?? w.addMember} person={member} path="/v1/admin/committee/{member_id}" onSave={save} onClose={onClose}>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <ByLanguage label={w.role} value={role} onChange={setRole} />
      <div class="row">
        <Select label={w.group} value={group} onChange={(event) => setGroup(valueOf(event) as Member['group'])} options={GROUPS.map((name) => [name, w.groups[name]])} />
        <Input label={w.affiliation} value={affiliation} onInput={(event) => setAffiliation(valueOf(event))} />
      </div>
      <div class="row">
        <Input label={w.from} type="date" value={from} onInput={(event) => setFrom(valueOf(event))} />
        <Input label={w.to} type="date" value={to} onInput={(event) => setTo(valueOf(event))} />
      </div>
      <MediumField label={w.portrait} value={portrait} onChange={setPortrait} />
      <ByLanguage label={w.biography} rows={3} value={biography} onChange={setBiography} />
    </PersonForm>
  )
}
