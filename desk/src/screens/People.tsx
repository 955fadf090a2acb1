import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { attempt } from '../shell/notices'
import { go, place } from '../shell/router'
import { may } from '../shell/session'
import { ByLanguage, toChange } from '../ui/ByLanguage'
import { Dialog } from '../ui/Dialog'
import { Checkbox, Input, Select, TextArea, valueOf } from '../ui/Field'
import { useData, type Loaded } from '../ui/data'
import { Empty, Pending, Screen } from '../ui/parts'
import { words } from '../words'
import { Succession } from './Succession'

type Member = Schema['ManagedMember']
type Sponsor = Schema['ManagedSponsor']
type Author = Schema['ManagedAuthor']

const PARTS = ['committee', 'sponsors', 'authors'] as const
type Part = (typeof PARTS)[number]

const GROUPS = ['officers', 'committee', 'staff'] as const
const KINDS = ['founding', 'sponsor', 'patron', 'funder', 'partner'] as const

/** The committee, sponsors and authors, whom readers see. */
export function People() {
  const w = words.value
  const part = PARTS.find((name) => name === place.value.query.get('part')) ?? 'committee'
  const tab = (name: Part, label: string) => (
    <button type="button" class="tab" aria-pressed={part === name} onClick={() => go(`/people?part=${name}`)}>{label}</button>
  )
  return (
    <Screen title={w.people}>
      <div class="tabs">{tab('committee', w.committee)}{tab('sponsors', w.sponsors)}{tab('authors', w.authors)}</div>
      {part === 'committee' ? <Committee /> : part === 'sponsors' ? <Sponsors /> : <Authors />}
    </Screen>
  )
}

const withoutEmpty = (texts: Record<string, string>) => Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()))
const canChange = () => may('people:write')

/** Rows of people, each of which opens its dialog. */
function Rows<T extends { id: string; name: string; is_public: boolean }>(props: {
  people: Loaded<T[]>
  facts: (row: T) => string
  onOpen: (row: T) => void
}) {
  const w = words.value
  const { data, error } = props.people
  if (error || !data) return <Pending of={props.people} />
  if (!data.length) return <Empty>{w.nothingHere}</Empty>
  return (
    <ul class="rows">
      {data.map((row) => (
        <li key={row.id}>
          <div class="row-text">
            <button type="button" class="plain" onClick={() => props.onOpen(row)}>{row.name}</button>
            <p class="row-facts">{!row.is_public && <span class="badge">{w.notPublic}</span>}<span>{props.facts(row)}</span></p>
          </div>
        </li>
      ))}
    </ul>
  )
}

function Committee() {
  const w = words.value
  const [opened, setOpened] = useState<Member | 'new' | null>(null)
  const [isElected, setElected] = useState(false)
  const members = useData(() => take(api.GET('/v1/admin/committee')), [])
  const term = (member: Member) => [member.term_from, member.term_to].map((day) => day ?? '…').join(' – ')
  const close = () => { setOpened(null); setElected(false); members.reload() }
  return (
    <section>
      {canChange() && <p class="actions"><button type="button" class="main" onClick={() => setElected(true)}>{w.succession}</button> <button type="button" onClick={() => setOpened('new')}>{w.addMember}</button></p>}
      <Rows people={members} onOpen={setOpened}
        facts={(member) => `${w.groups[member.group]} · ${member.role[w.locale] ?? Object.values(member.role)[0] ?? ''} · ${term(member)}`} />
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
  const [from, setFrom] = useState(member?.term_from ?? '')
  const [to, setTo] = useState(member?.term_to ?? '')
  const save = async () => {
    const facts = { name, group, affiliation: affiliation.trim() || null, term_from: from || null, term_to: to || null }
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
      <ByLanguage label={w.biography} rows={3} value={biography} onChange={setBiography} />
    </PersonForm>
  )
}

function Sponsors() {
  const w = words.value
  const [opened, setOpened] = useState<Sponsor | 'new' | null>(null)
  const sponsors = useData(() => take(api.GET('/v1/admin/sponsors')), [])
  return (
    <section>
      {canChange() && <p><button type="button" class="main" onClick={() => setOpened('new')}>{w.addSponsor}</button></p>}
      <Rows people={sponsors} onOpen={setOpened} facts={(sponsor) => w.sponsorKinds[sponsor.kind]} />
      {opened && <SponsorDialog sponsor={opened === 'new' ? null : opened} onClose={() => { setOpened(null); sponsors.reload() }} />}
    </section>
  )
}

function SponsorDialog({ sponsor, onClose }: { sponsor: Sponsor | null; onClose: () => void }) {
  const w = words.value
  const [name, setName] = useState(sponsor?.name ?? '')
  const [kind, setKind] = useState<Sponsor['kind']>(sponsor?.kind ?? 'sponsor')
  const [url, setUrl] = useState(sponsor?.url ?? '')
  const [statement, setStatement] = useState(sponsor?.statement ?? '')
  const [from, setFrom] = useState(sponsor?.valid_from ?? '')
  const [to, setTo] = useState(sponsor?.valid_to ?? '')
  const save = async () => {
    const body = { name, kind, url: url.trim() || null, statement: statement.trim() || null, valid_from: from || null, valid_to: to || null }
    if (sponsor) await take(api.PATCH('/v1/admin/sponsors/{sponsor_id}', { params: { path: { sponsor_id: sponsor.id }, header: ifMatch(sponsor.revision) }, body }))
    else await take(api.POST('/v1/admin/sponsors', { body }))
  }
  return (
    <PersonForm title={sponsor?.name ?? w.addSponsor} person={sponsor} path="/v1/admin/sponsors/{sponsor_id}" onSave={save} onClose={onClose}>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <Select label={w.kind} value={kind} onChange={(event) => setKind(valueOf(event) as Sponsor['kind'])} options={KINDS.map((name) => [name, w.sponsorKinds[name]])} />
      <Input label={w.address} type="url" value={url} onInput={(event) => setUrl(valueOf(event))} />
      <TextArea label={w.statement} rows={3} value={statement} onInput={(event) => setStatement(valueOf(event))} />
      <div class="row">
        <Input label={w.from} type="date" value={from} onInput={(event) => setFrom(valueOf(event))} />
        <Input label={w.to} type="date" value={to} onInput={(event) => setTo(valueOf(event))} />
      </div>
    </PersonForm>
  )
}

function Authors() {
  const w = words.value
  const [opened, setOpened] = useState<Author | 'new' | null>(null)
  const authors = useData(() => take(api.GET('/v1/admin/authors')), [])
  return (
    <section>
      <p class="help">{w.authorsIntro}</p>
      {canChange() && <p><button type="button" class="main" onClick={() => setOpened('new')}>{w.addAuthor}</button></p>}
      <Rows people={authors} onOpen={setOpened} facts={(author) => author.slug} />
      {opened && <AuthorDialog author={opened === 'new' ? null : opened} onClose={() => { setOpened(null); authors.reload() }} />}
    </section>
  )
}

function AuthorDialog({ author, onClose }: { author: Author | null; onClose: () => void }) {
  const w = words.value
  const [name, setName] = useState(author?.name ?? '')
  const [biography, setBiography] = useState(author?.biography ?? {})
  const [isAlways, setAlways] = useState(author?.always_public ?? false)
  const save = async () => {
    if (author) {
      await take(api.PATCH('/v1/admin/authors/{author_id}', {
        params: { path: { author_id: author.id }, header: ifMatch(author.revision) }, body: { name, biography: toChange(biography), always_public: isAlways },
      }))
    } else await take(api.POST('/v1/admin/authors', { body: { name, biography: withoutEmpty(biography), always_public: isAlways } }))
  }
  return (
    <PersonForm title={author?.name ?? w.addAuthor} person={author} path="/v1/admin/authors/{author_id}" onSave={save} onClose={onClose}>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <ByLanguage label={w.biography} rows={4} value={biography} onChange={setBiography} />
      <Checkbox label={w.alwaysPublic} checked={isAlways} onChange={(event) => setAlways(event.currentTarget.checked)} />
    </PersonForm>
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

function PersonForm({ title, person, path, onSave, onClose, children }: FormProps) {
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
