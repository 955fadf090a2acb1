import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { config } from '../config'
import { attempt } from '../shell/notices'
import { go, place } from '../shell/router'
import { may } from '../shell/session'
import { Dialog } from '../ui/Dialog'
import { Checkbox, Input, Select, TextArea, valueOf } from '../ui/Field'
import { useData } from '../ui/data'
import { Busy, Empty, Screen } from '../ui/parts'
import { words } from '../words'
import { Succession } from './Succession'

type Member = Schema['ManagedMember']
type Sponsor = Schema['ManagedSponsor']
type Author = Schema['ManagedAuthor']
type Part = 'committee' | 'sponsors' | 'authors'

const GROUPS = ['officers', 'committee', 'staff'] as const
const KINDS = ['founding', 'sponsor', 'patron', 'funder', 'partner'] as const

/** The committee, sponsors and authors, whom readers see. */
export function People() {
  const w = words.value
  const part = (place.value.query.get('part') ?? 'committee') as Part
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

const texts = (said: Record<string, string>) => Object.fromEntries(config.languages.map((code) => [code, said[code]?.trim() || null]))
const filled = (said: Record<string, string>) => Object.fromEntries(Object.entries(said).filter(([, text]) => text.trim()))
const canChange = () => may('people:write')

/** Rows of people, each of which opens its dialog. */
function Rows<T extends { id: string; name: string; is_public: boolean }>(props: {
  rows: T[] | null
  error: string | null
  facts: (row: T) => string
  onOpen: (row: T) => void
}) {
  const w = words.value
  if (props.error) return <p class="error">{props.error}</p>
  if (!props.rows) return <Busy />
  if (!props.rows.length) return <Empty>{w.nothingHere}</Empty>
  return (
    <ul class="rows">
      {props.rows.map((row) => (
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

/** A text in each language of the site. */
function ByLanguage(props: { label: string; value: Record<string, string>; rows?: number; onChange: (value: Record<string, string>) => void }) {
  const w = words.value
  return <>{config.languages.map((code) => {
    const label = `${props.label}: ${w.languageName(code)}`
    const change = (event: Event) => props.onChange({ ...props.value, [code]: valueOf(event) })
    return props.rows
      ? <TextArea key={code} rows={props.rows} label={label} lang={code} value={props.value[code] ?? ''} onInput={change} />
      : <Input key={code} label={label} lang={code} value={props.value[code] ?? ''} onInput={change} />
  })}</>
}

const remover = (path: '/v1/admin/committee/{member_id}' | '/v1/admin/sponsors/{sponsor_id}' | '/v1/admin/authors/{author_id}', id: string, revision: number) =>
  get(api.DELETE(path as '/v1/admin/authors/{author_id}', {
    params: { path: { member_id: id, sponsor_id: id, author_id: id } as { author_id: string }, header: ifMatch(revision) },
  }) as never)

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
      <Rows rows={members.data} error={members.error} onOpen={setOpened}
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
  const save = () => attempt(async () => {
    const facts = { name, group, affiliation: affiliation.trim() || null, term_from: from || null, term_to: to || null }
    if (member) {
      await take(api.PATCH('/v1/admin/committee/{member_id}', {
        params: { path: { member_id: member.id }, header: ifMatch(member.revision) }, body: { ...facts, role: texts(role), biography: texts(biography) },
      }))
    } else await take(api.POST('/v1/admin/committee', { body: { ...facts, role: filled(role), biography: filled(biography) } }))
    onClose()
  }, w.savedText)
  return (
    <PersonForm title={member?.name ?? w.addMember} onSave={save} onClose={onClose}
      onRemove={member && (() => attempt(async () => { await remover('/v1/admin/committee/{member_id}', member.id, member.revision); onClose() }))}>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <ByLanguage label={w.role} value={role} onChange={setRole} />
      <div class="row">
        <Select label={w.group} value={group} onChange={(event) => setGroup(valueOf(event) as Member['group'])} options={GROUPS.map((one) => [one, w.groups[one]])} />
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
      <Rows rows={sponsors.data} error={sponsors.error} onOpen={setOpened} facts={(sponsor) => w.sponsorKinds[sponsor.kind]} />
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
  const save = () => attempt(async () => {
    const body = { name, kind, url: url.trim() || null, statement: statement.trim() || null, valid_from: from || null, valid_to: to || null }
    if (sponsor) await take(api.PATCH('/v1/admin/sponsors/{sponsor_id}', { params: { path: { sponsor_id: sponsor.id }, header: ifMatch(sponsor.revision) }, body }))
    else await take(api.POST('/v1/admin/sponsors', { body }))
    onClose()
  }, w.savedText)
  return (
    <PersonForm title={sponsor?.name ?? w.addSponsor} onSave={save} onClose={onClose}
      onRemove={sponsor && (() => attempt(async () => { await remover('/v1/admin/sponsors/{sponsor_id}', sponsor.id, sponsor.revision); onClose() }))}>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <Select label={w.kind} value={kind} onChange={(event) => setKind(valueOf(event) as Sponsor['kind'])} options={KINDS.map((one) => [one, w.sponsorKinds[one]])} />
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
      <Rows rows={authors.data} error={authors.error} onOpen={setOpened} facts={(author) => author.slug} />
      {opened && <AuthorDialog author={opened === 'new' ? null : opened} onClose={() => { setOpened(null); authors.reload() }} />}
    </section>
  )
}

function AuthorDialog({ author, onClose }: { author: Author | null; onClose: () => void }) {
  const w = words.value
  const [name, setName] = useState(author?.name ?? '')
  const [biography, setBiography] = useState(author?.biography ?? {})
  const [isAlways, setAlways] = useState(author?.always_public ?? false)
  const save = () => attempt(async () => {
    if (author) {
      await take(api.PATCH('/v1/admin/authors/{author_id}', {
        params: { path: { author_id: author.id }, header: ifMatch(author.revision) }, body: { name, biography: texts(biography), always_public: isAlways },
      }))
    } else await take(api.POST('/v1/admin/authors', { body: { name, biography: filled(biography), always_public: isAlways } }))
    onClose()
  }, w.savedText)
  return (
    <PersonForm title={author?.name ?? w.addAuthor} onSave={save} onClose={onClose}
      onRemove={author && (() => attempt(async () => { await remover('/v1/admin/authors/{author_id}', author.id, author.revision); onClose() }))}>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <ByLanguage label={w.biography} rows={4} value={biography} onChange={setBiography} />
      <Checkbox label={w.alwaysPublic} checked={isAlways} onChange={(event) => setAlways(event.currentTarget.checked)} />
    </PersonForm>
  )
}

function PersonForm(props: { title: string; onSave: () => void; onRemove: (() => void) | null; onClose: () => void; children: preact.ComponentChildren }) {
  const w = words.value
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); props.onSave() }}>
        <fieldset class="bare" disabled={!canChange()}>{props.children}</fieldset>
        {canChange() && (
          <footer>
            {props.onRemove && <button type="button" class="danger" onClick={() => { if (confirm(w.removeSure(props.title))) props.onRemove!() }}>{w.remove}</button>}
            <button class="main">{w.save}</button>
          </footer>
        )}
      </form>
    </Dialog>
  )
}
