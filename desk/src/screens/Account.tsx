import { useState } from 'preact/hooks'
import { api, get, take } from '../api/client'
import type { Me } from '../api/types'
import { attempt, notify } from '../shell/notices'
import { leadToSignIn, me } from '../shell/session'
import { showMoment } from '../time'
import { Dialog } from '../ui/Dialog'
import { Checkboxes, Input, Select, valueOf } from '../ui/Field'
import { useData } from '../ui/data'
import { Pending, Screen } from '../ui/parts'
import { SecretDialog } from '../ui/SecretDialog'
import { LANGUAGES, words } from '../words'

type Scope = Me['scopes'][number]

const NOTICES: Me['notices'] = ['submitted', 'returned', 'approved', 'mentioned', 'release']

/** My name and wishes, my password and second factor, my sessions and tokens. */
export function Account() {
  const w = words.value
  const own = useData(() => get(api.GET('/v1/admin/auth/me')), [])
  if (!own.data) return <Screen title={w.account}><Pending of={own} /></Screen>
  return (
    <Screen title={w.account}>
      <Profile me={own.data.body.data} etag={own.data.etag} onSaved={own.reload} />
      <Password />
      <SecondFactor isOn={own.data.body.data.has_totp} />
      <Sessions />
      <Tokens scopes={own.data.body.data.scopes} asksCode={own.data.body.data.has_totp} />
    </Screen>
  )
}

function Profile(props: { me: Me; etag: string; onSaved: () => void }) {
  const w = words.value
  const [name, setName] = useState(props.me.name)
  const [lang, setLang] = useState(props.me.lang ?? '')
  const [zone, setZone] = useState(props.me.timezone ?? '')
  const [notices, setNotices] = useState(props.me.notices)
  const save = () => attempt(async () => {
    const { body } = await get(api.PATCH('/v1/admin/auth/me', {
      params: { header: { 'If-Match': props.etag } },
      body: { name, lang: lang || null, timezone: zone || null, notices },
    }))
    me.value = body.data
    props.onSaved()
  }, w.savedText)
  return (
    <form class="narrow" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <p class="help">{props.me.email} · {w.roles[props.me.role]}</p>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <div class="row">
        <Select label={w.letterLanguage} value={lang} onChange={(event) => setLang(valueOf(event))} options={[['', w.asTheSite], ...LANGUAGES]} />
        <Input label={w.letterZone} placeholder={w.asTheSite} value={zone} onInput={(event) => setZone(valueOf(event))} list="zones" />
      </div>
      <datalist id="zones">{Intl.supportedValuesOf('timeZone').map((name) => <option key={name} value={name} />)}</datalist>
      <fieldset>
        <legend>{w.lettersWhen}</legend>
        <Checkboxes value={notices} onChange={setNotices} options={NOTICES.map((notice) => [notice, w.noticeKinds[notice]])} />
      </fieldset>
      <button class="main">{w.save}</button>
    </form>
  )
}

function Password() {
  const w = words.value
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const change = () => attempt(async () => {
    await get(api.PUT('/v1/admin/auth/password', { body: { password: old, new_password: next } }))
    leadToSignIn()
  })
  return (
    <details class="narrow">
      <summary>{w.changePassword}</summary>
      <form onSubmit={(event) => { event.preventDefault(); void change() }}>
        <Input label={w.oldPassword} type="password" autocomplete="current-password" required value={old} onInput={(event) => setOld(valueOf(event))} />
        <Input label={w.newPassword} help={w.passwordHelp} type="password" autocomplete="new-password" minLength={12} required value={next} onInput={(event) => setNext(valueOf(event))} />
        <button>{w.changePassword}</button>
      </form>
    </details>
  )
}

function SecondFactor({ isOn }: { isOn: boolean }) {
  const w = words.value
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [enrolment, setEnrolment] = useState<{ secret: string | null; uri: string | null } | null>(null)
  const [recovery, setRecovery] = useState<string[] | null>(null)
  const enrol = () => attempt(async () => {
    setEnrolment(await take(api.POST('/v1/admin/auth/totp', { body: { password, code: code || null } })))
    setCode('')
  })
  const confirm = () => attempt(async () => {
    const { recovery_codes: codes } = await take(api.POST('/v1/admin/auth/totp/confirm', { body: { code } }))
    setEnrolment(null)
    setRecovery(codes)
  })
  const disable = () => attempt(async () => {
    await get(api.POST('/v1/admin/auth/totp/disable', { body: { password, code: code || null } }))
    leadToSignIn()
  })
  return (
    <details class="narrow">
      <summary>{w.secondFactor}: {isOn ? w.isOn : w.isOff}</summary>
      <p class="help">{w.secondFactorHelp}</p>
      <form onSubmit={(event) => { event.preventDefault(); void (isOn ? disable() : enrol()) }}>
        <Input label={w.oldPassword} type="password" autocomplete="current-password" required value={password} onInput={(event) => setPassword(valueOf(event))} />
        {isOn && <Input label={w.code} autocomplete="one-time-code" inputMode="numeric" required value={code} onInput={(event) => setCode(valueOf(event))} />}
        <button class={isOn ? 'danger' : ''}>{isOn ? w.turnOff : w.turnOn}</button>
      </form>
      {enrolment && (
        <Dialog title={w.secondFactor} onClose={() => setEnrolment(null)}>
          <form onSubmit={(event) => { event.preventDefault(); void confirm() }}>
            <p>{w.enterSecret}</p>
            <p><code>{enrolment.secret}</code></p>
            <p><a href={enrolment.uri ?? '#'}>{w.openApp}</a></p>
            <Input label={w.code} autocomplete="one-time-code" inputMode="numeric" required value={code} onInput={(event) => setCode(valueOf(event))} />
            <footer><button class="main">{w.turnOn}</button></footer>
          </form>
        </Dialog>
      )}
      {recovery && (
        <Dialog title={w.recoveryCodes} onClose={leadToSignIn}>
          <p>{w.recoveryHelp}</p>
          <ul>{recovery.map((spare) => <li key={spare}><code>{spare}</code></li>)}</ul>
          <footer><button type="button" class="main" onClick={leadToSignIn}>{w.signInAgain}</button></footer>
        </Dialog>
      )}
    </details>
  )
}

function Sessions() {
  const w = words.value
  const sessions = useData(() => take(api.GET('/v1/admin/auth/sessions')), [])
  const end = (id: string) => attempt(async () => {
    await get(api.DELETE('/v1/admin/auth/sessions/{session_id}', { params: { path: { session_id: id } } }))
    sessions.reload()
  })
  return (
    <section>
      <h2>{w.sessions}</h2>
      <ul class="rows">
        {sessions.data?.map((session) => (
          <li key={session.id}>
            <div class="row-text">
              <p title={session.user_agent}>{nameProgram(session.user_agent)} {session.is_current && <span class="badge published">{w.thisOne}</span>}</p>
              <p class="row-facts"><span>{session.address}</span><span>{w.lastUsed(showMoment(session.last_used_at))}</span>
                {!session.is_current && <button type="button" class="plain" onClick={() => void end(session.id)}>{w.endSession}</button>}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The browser and the system that a program names, as people call them. */
function nameProgram(agent: string): string {
  const browser = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'].find((name) => agent.includes(name))
  const system = /Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0]
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS', CrOS: 'ChromeOS' }
  const parts = [browser, system].flatMap((part) => (part ? [names[part] ?? part] : []))
  return parts.join(' · ') || agent || '–'
}

function Tokens({ scopes, asksCode }: { scopes: Scope[]; asksCode: boolean }) {
  const w = words.value
  const tokens = useData(() => take(api.GET('/v1/admin/tokens', { params: {} })), [])
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<Scope[]>([])
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [secret, setSecret] = useState<string | null>(null)
  const create = () => attempt(async () => {
    const token = await take(api.POST('/v1/admin/tokens', { body: { name, scopes: chosen, password, code: code || null } }))
    setSecret(token.token)
    setPassword('')
    setCode('')
    tokens.reload()
  })
  const revoke = (id: string) => attempt(async () => {
    await get(api.DELETE('/v1/admin/tokens/{token_id}', { params: { path: { token_id: id } } }))
    notify(w.revoked)
    tokens.reload()
  })
  return (
    <section>
      <h2>{w.tokens}</h2>
      <p class="help">{w.tokensHelp}</p>
      <ul class="rows">
        {tokens.data?.filter((token) => !token.revoked_at).map((token) => (
          <li key={token.id}>
            <div class="row-text">
              <p>{token.name}</p>
              <p class="row-facts"><span>{token.scopes.map((scope) => w.scopeNames[scope]).join(', ')}</span>{token.expires_at && <span>{w.ends(showMoment(token.expires_at))}</span>}
                <button type="button" class="plain" aria-label={w.removeOf(token.name)} onClick={() => void revoke(token.id)}>{w.revoke}</button></p>
            </div>
          </li>
        ))}
      </ul>
      <details class="narrow">
        <summary>{w.newToken}</summary>
        <form onSubmit={(event) => { event.preventDefault(); void create() }}>
          <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
          <fieldset><legend>{w.scopes}</legend>
            <Checkboxes value={chosen} onChange={setChosen} options={[...new Set<Scope>([...scopes, 'calendar:read'])].map((scope) => [scope, w.scopeNames[scope]])} />
          </fieldset>
          <Input label={w.oldPassword} type="password" autocomplete="current-password" required value={password} onInput={(event) => setPassword(valueOf(event))} />
          {asksCode && <Input label={w.code} autocomplete="one-time-code" inputMode="numeric" required value={code} onInput={(event) => setCode(valueOf(event))} />}
          <button disabled={!chosen.length}>{w.newToken}</button>
        </form>
      </details>
      {secret && <SecretDialog secret={secret} help={w.keepToken} onClose={() => setSecret(null)} />}
    </section>
  )
}
