import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { config, HOME } from '../config'
import { attempt, notify } from '../shell/notices'
import { go, place } from '../shell/router'
import { may, me } from '../shell/session'
import { showMoment } from '../time'
import { Dialog } from '../ui/Dialog'
import { Checkbox, Input, Select, valueOf } from '../ui/Field'
import { useData, usePages } from '../ui/data'
import { Empty, More, Pending, Screen } from '../ui/parts'
import { SecretDialog } from '../ui/SecretDialog'
import { LANGUAGES, words } from '../words'
import { Imports } from './Imports'
import { Partners } from './Partners'
import { Webhooks } from './Webhooks'

type Account = Schema['Account']
type Role = Account['role']
const ROLES: Role[] = ['writer', 'editor', 'publisher', 'admin']

/** Accounts, webhooks and the audit, for those who run the newsroom's program. */
export function Admin() {
  const w = words.value
  const part = place.value.path.split('/')[2] ?? 'accounts'
  const tab = (name: string, label: string) => (
    <button type="button" class="tab" aria-pressed={part === name} onClick={() => go(`/admin/${name}`)}>{label}</button>
  )
  return (
    <Screen title={w.administration}>
      <div class="tabs">
        {tab('accounts', w.accounts)}
        {may('webhooks:write') && tab('webhooks', w.webhooks)}
        {may('partners:write') && tab('partners', w.partners)}
        {may('operations:write') && tab('imports', w.imports.imports)}
        {may('audit:read') && tab('audit', w.audit)}
      </div>
      {part === 'webhooks' ? <Webhooks /> : part === 'partners' ? <Partners /> : part === 'imports' ? <Imports /> : part === 'audit' ? <Audit /> : <Accounts />}
    </Screen>
  )
}

function Accounts() {
  const w = words.value
  const accounts = useData(() => take(api.GET('/v1/admin/users')), [])
  const [isNew, setNew] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const act = (name: 'suspend' | 'unsuspend' | 'logout', account: Account) => attempt(async () => {
    const params = { path: { account_id: account.id } }
    if (name === 'logout') await get(api.POST('/v1/admin/users/{account_id}/logout', { params }))
    else await get(api.POST(`/v1/admin/users/{account_id}/${name}`, { params: { ...params, header: ifMatch(account.revision) } }))
    accounts.reload()
  }, w.done)
  const reset = (account: Account) => attempt(async () => {
    const { reset_secret: shown } = await take(api.POST('/v1/admin/users/{account_id}/reset', {
      params: { path: { account_id: account.id } }, body: { letter: config.sends_letters },
    }))
    if (shown) setSecret(shown)
    else notify(w.letterSent)
    accounts.reload()
  })
  const changeRole = (account: Account, role: Role) => attempt(async () => {
    await take(api.PATCH('/v1/admin/users/{account_id}', { params: { path: { account_id: account.id }, header: ifMatch(account.revision) }, body: { role } }))
    accounts.reload()
  }, w.savedText)
  return (
    <section>
      <p><button type="button" class="main" onClick={() => setNew(true)}>{w.invite}</button></p>
      <Pending of={accounts} />
      {accounts.data && (
        <ul class="rows">
          {accounts.data.map((account) => (
            <li key={account.id}>
              <div class="row-text">
                <p><strong>{account.name}</strong> {account.email !== account.name && account.email}</p>
                <p class="row-facts">
                  {account.suspended_at && <span class="badge retracted">{w.suspended}</span>}
                  {!account.has_password && <span class="badge in_review">{w.invited}</span>}
                  {account.has_totp && <span>{w.secondFactor}</span>}
                  <select aria-label={w.roleOf(account.name)} class="inline" value={account.role} disabled={account.id === me.value?.account_id} onChange={(event) => void changeRole(account, valueOf(event) as Role)}>
                    {ROLES.map((role) => <option key={role} value={role} selected={role === account.role}>{w.roles[role]}</option>)}
                  </select>
                  {account.id !== me.value?.account_id && <>
                    <button type="button" class="plain" onClick={() => void reset(account)}>{w.resetPassword}</button>
                    <button type="button" class="plain" onClick={() => void act('logout', account)}>{w.endSessions}</button>
                    <button type="button" class="plain" onClick={() => void act(account.suspended_at ? 'unsuspend' : 'suspend', account)}>{account.suspended_at ? w.unsuspend : w.suspend}</button>
                  </>}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      {isNew && <InviteDialog onClose={(shown) => { setNew(false); setSecret(shown ?? null); accounts.reload() }} />}
      {secret && <SecretDialog secret={`${location.origin}${HOME}/password#secret=${secret}`} help={w.handOverLink} onClose={() => setSecret(null)} />}
    </section>
  )
}

function InviteDialog({ onClose }: { onClose: (secret?: string | null) => void }) {
  const w = words.value
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('writer')
  const [lang, setLang] = useState('')
  const [sendsLetter, setSendsLetter] = useState(config.sends_letters)
  const invite = () => attempt(async () => {
    const account = await take(api.POST('/v1/admin/users', { body: { email, role, name: name || null, lang: lang || null, letter: sendsLetter } }))
    if (account.letter) notify(w.letterSent)
    onClose(account.reset_secret)
  })
  return (
    <Dialog title={w.invite} onClose={() => onClose()}>
      <form onSubmit={(event) => { event.preventDefault(); void invite() }}>
        <Input label={w.email} type="email" required value={email} onInput={(event) => setEmail(valueOf(event))} />
        <Input label={w.name} value={name} onInput={(event) => setName(valueOf(event))} />
        <div class="row">
          <Select label={w.role} value={role} onChange={(event) => setRole(valueOf(event) as Role)} options={ROLES.map((name) => [name, w.roles[name]])} />
          <Select label={w.letterLanguage} value={lang} onChange={(event) => setLang(valueOf(event))} options={[['', w.asTheSite], ...LANGUAGES]} />
        </div>
        {config.sends_letters ? <Checkbox label={w.byLetter} checked={sendsLetter} onChange={(event) => setSendsLetter(event.currentTarget.checked)} /> : <p class="help">{w.noLetters}</p>}
        <footer><button class="main">{w.invite}</button></footer>
      </form>
    </Dialog>
  )
}

function Audit() {
  const w = words.value
  const [action, setAction] = useState('')
  const entries = usePages(async (from) =>
    (await get(api.GET('/v1/admin/audit', { params: { query: { limit: 50, ...(action ? { action } : {}), ...from } } }))).body, [action])
  return (
    <section>
      <div class="filters"><Input label={w.action} placeholder="article.published" value={action} onChange={(event) => setAction(valueOf(event).trim())} /></div>
      <Pending of={entries} />
      {entries.data && (entries.rows.length ? (
        <div class="table-frame" tabIndex={0} role="region" aria-label={w.audit}>
          <table class="list">
            <thead><tr><th scope="col">{w.when}</th><th scope="col">{w.who}</th><th scope="col">{w.action}</th><th scope="col">{w.auditSubject}</th><th scope="col">{w.address}</th></tr></thead>
            <tbody>
              {entries.rows.map((entry) => (
                <tr key={entry.id}><td>{showMoment(entry.at)}</td><td>{entry.email ?? entry.via}</td><td><code>{entry.action}</code></td><td><code>{entry.subject_kind} {entry.subject_id.slice(0, 8)}</code></td><td>{entry.address}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : <Empty>{w.nothingHere}</Empty>)}
      <More readOn={entries.readOn} />
    </section>
  )
}
