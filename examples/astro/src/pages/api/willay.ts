// Takes the webhooks of Willay: each change starts a build, and purges what is kept by its tags.
import { BUILD_HOOK, PURGE_HEADER, PURGE_URL, WEBHOOK_SECRET } from 'astro:env/server'
import type { APIRoute } from 'astro'
import { verifyWebhook, WillayError } from '@willay/client'

export const prerender = false

/** Whatever does not accept it makes this fail, and then Willay tells us again later. */
async function tell(address: string, body: object, header = '') {
  const [name = '', ...value] = header.split(':')
  const headers = { 'content-type': 'application/json', ...(name && { [name]: value.join(':').trim() }) }
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${new URL(address).host} answered ${answer.status}`)
}

export const POST: APIRoute = async ({ request }) => {
  if (!WEBHOOK_SECRET) return new Response('Set WEBHOOK_SECRET.', { status: 503 })
  try {
    // While the secret is replaced, both: WEBHOOK_SECRET="whsec_old whsec_new"
    const event = await verifyWebhook(request, WEBHOOK_SECRET.split(' '))
    if (event.type === 'webhook.verification') return new Response(event.data.challenge)
    if (PURGE_URL && event.tags.length) await tell(PURGE_URL, { tags: event.tags }, PURGE_HEADER)
    if (BUILD_HOOK && event.tags.length) await tell(BUILD_HOOK, { event: event.id })
    return new Response(null, { status: 204 })
  } catch (error) {
    if (error instanceof WillayError) return new Response(error.detail, { status: error.status })
    console.error(error)
    return new Response('It will be taken later.', { status: 502 })
  }
}
