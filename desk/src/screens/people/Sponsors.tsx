import { useState } from 'preact/hooks'
import { api, ifMatch, take, type Schema } from '../../api/client'
import { MediumField } from '../../editor/MediumField'
import { ByLanguage, toChange, withoutEmpty } from '../../ui/ByLanguage'
import { Input, Select, TextArea, valueOf } from '../../ui/Field'
import { useData } from '../../ui/data'
import { words } from '../../words'
import { canChange, PersonForm, Rows } from './parts'

type Sponsor = Schema['ManagedSponsor']

const KINDS = ['founding', 'sponsor', 'patron', 'funder', 'partner'] as const

/** Who supports the house, did or will. */
export function Sponsors() {
  const w = words.value
  const [opened, setOpened] = useState<Sponsor | 'new' | null>(null)
  const sponsors = useData(() => take(api.GET('/v1/admin/sponsors')), [])
  return (
    <section>
      {canChange() && <p><button type="button" class="main" onClick={() => setOpened('new')}>{w.addSponsor}</button></p>}
      <Rows people={sponsors} onOpen={setOpened} onOrder={(ids) => take(api.POST('/v1/admin/sponsors/order', { body: { ids } }))}
        facts={(sponsor) => w.sponsorKinds[sponsor.kind]} />
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
  const [statements, setStatements] = useState(sponsor?.statements ?? {})
  const [image, setImage] = useState(sponsor?.image ?? null)
  const [from, setFrom] = useState(sponsor?.valid_from ?? '')
  const [to, setTo] = useState(sponsor?.valid_to ?? '')
  const save = async () => {
    const body = { name, kind, url: url.trim() || null, statement: statement.trim() || null, image, valid_from: from || null, valid_to: to || null }
    if (sponsor) await take(api.PATCH('/v1/admin/sponsors/{sponsor_id}', { params: { path: { sponsor_id: sponsor.id }, header: ifMatch(sponsor.revision) }, body: { ...body, statements: toChange(statements) } }))
    else await take(api.POST('/v1/admin/sponsors', { body: { ...body, statements: withoutEmpty(statements) } }))
  }
  return (
    <PersonForm title={sponsor?.name ?? w.addSponsor} person={sponsor} path="/v1/admin/sponsors/{sponsor_id}" onSave={save} onClose={onClose}>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <Select label={w.kind} value={kind} onChange={(event) => setKind(valueOf(event) as Sponsor['kind'])} options={KINDS.map((name) => [name, w.sponsorKinds[name]])} />
      <Input label={w.address} type="url" value={url} onInput={(event) => setUrl(valueOf(event))} />
      <TextArea label={w.statement} rows={3} value={statement} onInput={(event) => setStatement(valueOf(event))} />
      <details><summary>{w.otherWords}</summary><ByLanguage label={w.statement} rows={3} value={statements} onChange={setStatements} /></details>
      <MediumField label={w.logo} value={image} onChange={setImage} />
      <div class="row">
        <Input label={w.from} type="date" value={from} onInput={(event) => setFrom(valueOf(event))} />
        <Input label={w.to} type="date" value={to} onInput={(event) => setTo(valueOf(event))} />
      </div>
    </PersonForm>
  )
}
