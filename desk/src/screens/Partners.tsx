import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { attempt } from '../shell/notices'
import { showDate, showMoment } from '../time'
import { Dialog } from '../ui/Dialog'
import { Checkboxes, Input, TextArea, valueOf } from '../ui/Field'
import { useData } from '../ui/data'
import { Empty, Pending } from '../ui/parts'
import { SecretDialog } from '../ui/SecretDialog'
import { words } from '../words'

type Partner = Schema['Partner']
type KeyScope = Schema['PartnerKeyView']['scopes'][number]

const SCOPES: KeyScope[] = ['content:read', 'embargo:read', 'usage:read', 'keys:rotate']

/** Organisations that take the content by keys of their own. */
export function Partners() {
  const w = words.value
  const partners = useData(() => take(api.GET('/v1/admin/partners')), [])
  const [opened, setOpened] = useState<Partner | 'new' | null>(null)
  const [keysOf, setKeysOf] = useState<Partner | null>(null)
  const act = (name: 'suspend' | 'resume', partner: Partner) => attempt(async () => {
    await get(api.POST(`/v1/admin/partners/{partner_id}/${name}`, { params: { path: { partner_id: partner.id }, header: ifMatch(partner.revision) } }))
    partners.reload()
  }, w.done)
  return (
    <section>
      <p><button type="button" class="main" onClick={() => setOpened('new')}>{w.newPartner}</button></p>
      <Pending of={partners} />
      {partners.data && (partners.data.length ? (
        <ul class="rows">
          {partners.data.map((partner) => (
            <li key={partner.id}>
              <div class="row-text">
                <button type="button" class="plain" onClick={() => setOpened(partner)}>{partner.name}</button>
                <p class="row-facts">
                  {partner.suspended_at && <span class="badge retracted">{w.suspended}</span>}
                  <span>{partner.contact_email}</span>
                  {partner.embargo_hours > 0 && <span>{w.seesAhead(partner.embargo_hours)}</span>}
                  <button type="button" class="plain" onClick={() => setKeysOf(partner)}>{w.keysAndUsage}</button>
                  <button type="button" class="plain" onClick={() => void act(partner.suspended_at ? 'resume' : 'suspend', partner)}>{partner.suspended_at ? w.resume : w.suspend}</button>
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : <Empty>{w.noPartners}</Empty>)}
      {opened && <PartnerDialog partner={opened === 'new' ? null : opened} onClose={() => { setOpened(null); partners.reload() }} />}
      {keysOf && <KeysDialog partner={keysOf} onClose={() => setKeysOf(null)} />}
    </section>
  )
}

function PartnerDialog({ partner, onClose }: { partner: Partner | null; onClose: () => void }) {
  const w = words.value
  const [name, setName] = useState(partner?.name ?? '')
  const [email, setEmail] = useState(partner?.contact_email ?? '')
  const [terms, setTerms] = useState(partner?.terms ?? '')
  const [rate, setRate] = useState(partner?.rate_per_minute ?? 600)
  const [quota, setQuota] = useState<number | null>(partner?.quota_per_day ?? null)
  const [hours, setHours] = useState(partner?.embargo_hours ?? 0)
  const save = () => attempt(async () => {
    const body = { name, contact_email: email.trim() || null, terms: terms.trim() || null, rate_per_minute: rate, quota_per_day: quota, embargo_hours: hours }
    if (partner) await take(api.PATCH('/v1/admin/partners/{partner_id}', { params: { path: { partner_id: partner.id }, header: ifMatch(partner.revision) }, body }))
    else await take(api.POST('/v1/admin/partners', { body }))
    onClose()
  }, w.savedText)
  const remove = ({ id, revision }: Partner) => attempt(async () => {
    await get(api.DELETE('/v1/admin/partners/{partner_id}', { params: { path: { partner_id: id }, header: ifMatch(revision) } }))
    onClose()
  }, w.removed)
  return (
    <Dialog title={partner?.name ?? w.newPartner} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void save() }}>
        <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
        <Input label={w.email} type="email" value={email} onInput={(event) => setEmail(valueOf(event))} />
        <TextArea label={w.terms} help={w.termsHelp} rows={4} value={terms} onInput={(event) => setTerms(valueOf(event))} />
        <div class="row">
          <Input label={w.perMinute} type="number" min={1} required value={rate} onInput={(event) => setRate(Number(valueOf(event)))} />
          <Input label={w.perDay} type="number" min={1} value={quota ?? ''} onInput={(event) => setQuota(Number(valueOf(event)) || null)} />
          <Input label={w.embargoHours} type="number" min={0} max={720} required value={hours} onInput={(event) => setHours(Number(valueOf(event)))} />
        </div>
        <footer>
          {partner && <button type="button" class="danger" onClick={() => { if (confirm(w.removeSure(partner.name))) void remove(partner) }}>{w.remove}</button>}
          <button class="main">{w.save}</button>
        </footer>
      </form>
    </Dialog>
  )
}

/** The keys of a partner, and what it asked for with them. */
function KeysDialog({ partner, onClose }: { partner: Partner; onClose: () => void }) {
  const w = words.value
  const path = { partner_id: partner.id }
  const keys = useData(() => take(api.GET('/v1/admin/partners/{partner_id}/keys', { params: { path } })), [])
  const usage = useData(() => take(api.GET('/v1/admin/partners/{partner_id}/usage', { params: { path, query: { days: 14 } } })), [])
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<KeyScope[]>(['content:read'])
  const [secret, setSecret] = useState<string | null>(null)
  const create = () => attempt(async () => {
    const made = await take(api.POST('/v1/admin/partners/{partner_id}/keys', { params: { path }, body: { name, scopes } }))
    setSecret(made.key)
    setName('')
    keys.reload()
  })
  const end = (id: string) => attempt(async () => {
    await get(api.DELETE('/v1/admin/partners/{partner_id}/keys/{key_id}', { params: { path: { ...path, key_id: id } } }))
    keys.reload()
  }, w.revoked)
  const used = usage.data?.filter((day) => day.requests || day.refused) ?? []
  return (
    <Dialog title={partner.name} onClose={onClose} wide>
      <Pending of={keys} />
      <ul class="rows">
        {keys.data?.filter((key) => !key.revoked_at).map((key) => (
          <li key={key.id}>
            <div class="row-text">
              <p>{key.name} <code>{key.id}</code></p>
              <p class="row-facts"><span>{key.scopes.map((scope) => w.keyScopes[scope]).join(', ')}</span><span>{w.ends(showMoment(key.expires_at))}</span>{key.last_used_at && <span>{w.lastUsed(showMoment(key.last_used_at))}</span>}
                <button type="button" class="plain" aria-label={w.removeOf(key.name)} onClick={() => void end(key.id)}>{w.revoke}</button></p>
            </div>
          </li>
        ))}
      </ul>
      <form onSubmit={(event) => { event.preventDefault(); void create() }}>
        <h3>{w.newKey}</h3>
        <Input label={w.keyFor} required value={name} onInput={(event) => setName(valueOf(event))} />
        <fieldset><legend>{w.scopes}</legend><Checkboxes value={scopes} onChange={setScopes} options={SCOPES.map((scope) => [scope, w.keyScopes[scope]])} /></fieldset>
        <button disabled={!scopes.length || !name.trim()}>{w.newKey}</button>
      </form>
      <h3>{w.usage}</h3>
      {used.length ? <ul class="plain-list">{used.map((day) => <li key={day.day}>{showDate(day.day)}: {w.requests(day.requests, day.refused)}</li>)}</ul> : <p class="help">{w.noUsage}</p>}
      {secret && <SecretDialog secret={secret} help={w.handOverKey} onClose={() => setSecret(null)} />}
    </Dialog>
  )
}
