import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { attempt } from '../shell/notices'
import { showMoment } from '../time'
import { Dialog } from '../ui/Dialog'
import { Input, valueOf } from '../ui/Field'
import { useData, useRefresh } from '../ui/data'
import { Empty, Pending } from '../ui/parts'
import { SecretDialog } from '../ui/SecretDialog'
import { words } from '../words'

type Webhook = Schema['Webhook']

/** Which other programs hear of changes, and what they answered lately. */
export function Webhooks() {
  const w = words.value
  const hooks = useData(() => take(api.GET('/v1/admin/webhooks')), [])
  useRefresh(hooks, (rows) => rows.some((hook) => hook.state === 'pending'))
  const [isNew, setNew] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const [opened, setOpened] = useState<Webhook | null>(null)
  const act = (name: 'pause' | 'resume', hook: Webhook) => attempt(async () => {
    await get(api.POST(`/v1/admin/webhooks/{webhook_id}/${name}`, { params: { path: { webhook_id: hook.id }, header: ifMatch(hook.revision) } }))
    hooks.reload()
  }, w.done)
  const remove = (hook: Webhook) => attempt(async () => {
    await get(api.DELETE('/v1/admin/webhooks/{webhook_id}', { params: { path: { webhook_id: hook.id }, header: ifMatch(hook.revision) } }))
    hooks.reload()
  }, w.removed)
  return (
    <section>
      <p><button type="button" class="main" onClick={() => setNew(true)}>{w.newWebhook}</button></p>
      <Pending of={hooks} />
      {hooks.data && (hooks.data.length ? (
        <ul class="rows">
          {hooks.data.map((hook) => (
            <li key={hook.id}>
              <div class="row-text">
                <p><strong>{hook.name}</strong> <code>{hook.url}</code></p>
                <p class="row-facts">
                  <span class={`badge ${hook.state === 'active' ? 'published' : 'in_review'}`}>{w.hookStates[hook.state]}</span>
                  <span>{w.waiting(hook.waiting)}</span>{hook.failures > 0 && <span class="error">{w.failures(hook.failures)}</span>}
                  <button type="button" class="plain" onClick={() => setOpened(hook)}>{w.deliveries}</button>
                  <button type="button" class="plain" onClick={() => void act(hook.state === 'paused' ? 'resume' : 'pause', hook)}>{hook.state === 'paused' ? w.resume : w.pause}</button>
                  <button type="button" class="plain" aria-label={w.removeOf(hook.name)} onClick={() => { if (confirm(w.removeSure(hook.name))) void remove(hook) }}>{w.remove}</button>
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : <Empty>{w.noWebhooks}</Empty>)}
      {isNew && <NewWebhook onClose={(shown) => { setNew(false); setSecret(shown); hooks.reload() }} />}
      {secret && <SecretDialog secret={secret} help={w.keepHookSecret} onClose={() => setSecret(null)} />}
      {opened && <Deliveries hook={hooks.data?.find((hook) => hook.id === opened.id) ?? opened} onClose={() => setOpened(null)} />}
    </section>
  )
}

function NewWebhook({ onClose }: { onClose: (secret: string | null) => void }) {
  const w = words.value
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const create = () => attempt(async () => onClose((await take(api.POST('/v1/admin/webhooks', { body: { name, url } }))).secret))
  return (
    <Dialog title={w.newWebhook} onClose={() => onClose(null)}>
      <form onSubmit={(event) => { event.preventDefault(); void create() }}>
        <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
        <Input label={w.address} type="url" required value={url} onInput={(event) => setUrl(valueOf(event))} />
        <footer><button class="main">{w.newWebhook}</button></footer>
      </form>
    </Dialog>
  )
}

function Deliveries({ hook, onClose }: { hook: Webhook; onClose: () => void }) {
  const w = words.value
  const deliveries = useData(() => take(api.GET('/v1/admin/webhooks/{webhook_id}/deliveries', {
    params: { path: { webhook_id: hook.id }, query: { limit: 30 } },
  })), [hook.id])
  useRefresh(deliveries, (rows) => rows.some((delivery) => delivery.state === 'pending'))
  const test = () => attempt(async () => {
    await take(api.POST('/v1/admin/webhooks/{webhook_id}/test', { params: { path: { webhook_id: hook.id } } }))
    deliveries.reload()
  })
  return (
    <Dialog title={hook.name} onClose={onClose} wide>
      <p><button type="button" disabled={hook.state === 'pending'} onClick={() => void test()}>{w.tryIt}</button></p>
      {hook.state === 'pending' && <p class="help">{w.unverified}</p>}
      <Pending of={deliveries} />
      {deliveries.data && (deliveries.data.length ? (
        <ul class="rows">
          {deliveries.data.map((delivery) => (
            <li key={delivery.id}>
              <div class="row-text">
                <p><code>{delivery.topic}</code> {showMoment(delivery.created_at)}</p>
                <p class="row-facts"><span>{w.deliveryStates[delivery.state]}</span>
                  {delivery.attempts.map((attempted) => <span key={attempted.number}>{attempted.status ?? attempted.problem} ({attempted.milliseconds} ms)</span>)}</p>
              </div>
            </li>
          ))}
        </ul>
      ) : <Empty>{w.nothingHere}</Empty>)}
    </Dialog>
  )
}
