// What needs no service: other answers of a network, webhooks, and what is made from values.
import assert from 'node:assert/strict'
import { test } from 'node:test'

const module = await import(process.env.CLIENT)
const { cacheTags, createWillay, formatDate, paths, picture, srcset, verifyWebhook, WillayError } = module
const { webhooks } = JSON.parse(process.env.KNOWN)

const problem = (status, code, headers = {}, more = {}) =>
  new Response(JSON.stringify({ status, code, detail: 'A sentence.', ...more }), { status, headers })
/** A client of a network that gives these answers, and what was asked of it. */
const client = (answers, options = {}) => {
  const asked = []
  const fetch = async (address, init) => {
    asked.push({ address, ...init })
    const answer = answers[Math.min(asked.length, answers.length) - 1]
    if (answer instanceof Error) throw answer
    return answer
  }
  return { asked, w: createWillay({ url: 'https://api.example.org', fetch, ...options }) }
}
const error = async (promise) => {
  const reason = await promise.then(() => assert.fail('nothing was thrown'), (thrown) => thrown)
  assert(reason instanceof WillayError, String(reason))
  return reason
}
const redirected = (url, data) =>
  Object.defineProperties(Response.json({ data }), { url: { value: url }, redirected: { value: true } })

test('a service that is out of order says for how long', async () => {
  const headers = { 'retry-after': '7', 'x-request-id': 'r-1' }
  for (const call of [(w) => w.site(), (w) => w.articles.get('a'), (w) => w.resolve('/a')]) {
    const { w } = client([problem(503, 'store_unavailable', headers)])
    const { name, status, code, detail, retryAfter, requestId } = await error(call(w))
    assert.deepEqual([name, status, code, detail, retryAfter, requestId],
      ['WillayError', 503, 'store_unavailable', 'A sentence.', 7, 'r-1'])
  }
})

test('a page of a proxy is no answer of Willay, whatever its status', async () => {
  for (const status of [200, 404, 410, 502]) {
    for (const body of ['<html>', '', 'null', '[]', '{"a": 1}']) {
      for (const call of [(w) => w.site(), (w) => w.articles.get('a'), (w) => w.resolve('/a')]) {
        const thrown = await error(call(client([new Response(body, { status })]).w))
        assert.deepEqual([thrown.status, thrown.code, thrown.retryAfter], [status, 'not_willay', null])
      }
    }
  }
})

test('a network without answer, and an answer that breaks off', async () => {
  const lost = new TypeError('fetch failed')
  const thrown = await error(client([lost]).w.home())
  assert.deepEqual([thrown.status, thrown.code, thrown.cause], [0, 'no_answer', lost])
  assert.match(thrown.detail, /https:\/\/api\.example\.org\/v1\/home .*fetch failed/)
  assert.equal((await error(client([new Response('{"data": [')]).w.home())).code, 'no_answer')
})

test('who gives up hears his own reason', async () => {
  const reason = new Error('enough')
  const w = createWillay({ url: 'http://127.0.0.1:1', fetch: (_, { signal }) => Promise.reject(signal.reason) })
  await assert.rejects(w.site({}, { signal: AbortSignal.abort(reason) }), (thrown) => thrown === reason)
})

test('a browser hides a redirect: the client follows it and sees that it was one', async () => {
  const hidden = Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' })
  const there = redirected('https://api.example.org/v1/articles/b?fields=title', { title: 'B' })
  const { w, asked } = client([hidden, there])
  assert.deepEqual(await w.articles.get('a', { fields: ['title'] }), { found: null, moved: 'b' })
  assert.deepEqual(asked.map((one) => one.redirect), ['manual', 'follow'])
  const gone = client([hidden, problem(410, 'gone')])
  assert.equal((await gone.w.articles.get('a')).gone.code, 'gone')
})

test('a proxy that sends to https has moved no article', async () => {
  const there = redirected('https://api.example.org/v1/articles/a', { slug: 'a' })
  const { w } = client([new Response(null, { status: 301 }), there])
  assert.deepEqual(await w.articles.get('a'), { found: { slug: 'a' } })
})

test('a fetch that follows by itself is noticed', async () => {
  const { w } = client([redirected('https://api.example.org/v1/tags/b', { slug: 'b' })])
  assert.deepEqual(await w.tags.get('a'), { found: null, moved: 'b' })
})

test('what is asked: one origin, lists by comma, nothing that is empty', async () => {
  const page = { data: [], meta: {}, links: { next: null, prev: null } }
  const init = { next: { tags: ['willay'] }, headers: { a: 'b' } }
  const { w, asked } = client([], { url: '', lang: 'es', fallback: ['en', 'qu'], init, fetch: async (address, own) => {
    asked.push({ address, ...own })
    return Response.json(page)
  } })
  await w.articles.list({ tag: 'a|b,-c', fields: ['id', 'slug'], author: '', rights: undefined, count: false }, { cache: 'force-cache' })
  await w.sponsors.list()
  await w.archive()
  const [first, second, third] = asked
  assert.equal(first.address, '/v1/articles?lang=es&fallback=en%2Cqu&tag=a%7Cb%2C-c&fields=id%2Cslug&count=false')
  assert.deepEqual([first.next, first.headers, first.cache], [init.next, init.headers, 'force-cache'])
  assert.deepEqual([second.address, second.cache], ['/v1/sponsors?lang=es', undefined])
  assert.equal(third.address, '/v1/archive?lang=es&fallback=en%2Cqu')
})

test('the fetch of the moment is used', async () => {
  const before = globalThis.fetch
  const w = createWillay({ url: 'https://api.example.org' })
  globalThis.fetch = async () => Response.json({ data: { name: 'Patched' } })
  try {
    assert.equal((await w.site()).name, 'Patched')
  } finally {
    globalThis.fetch = before
  }
})

test('no zone moves a day, a month or a year', () => {
  const at = (published_at, date_precision) => ({ published_at, date_precision })
  for (const timeZone of ['America/Lima', 'Pacific/Kiritimati', 'UTC', undefined]) {
    process.env.TZ = timeZone ?? 'Pacific/Pago_Pago'
    const options = { timeZone, timeStyle: 'short' }
    assert.equal(formatDate(at('2024-03-25T00:00:00Z', 'day'), 'es-PE', options), '25 de marzo de 2024')
    assert.equal(formatDate(at('2024-03-25T23:59:59Z', 'day'), 'en-GB', options), '25 March 2024')
    assert.equal(formatDate(at('2003-01-01T00:00:00Z', 'month'), 'en-GB', options), 'January 2003')
    assert.equal(formatDate(at('2003-01-01T00:00:00Z', 'month'), 'en-GB', { dateStyle: 'short' }), 'Jan 2003')
    assert.equal(formatDate(at('1999-01-01T00:00:00Z', 'year'), 'es', options), '1999')
    assert.equal(formatDate(at('1999-01-01T00:00:00Z', 'unknown'), 'es', options), '')
  }
  const moment = at('2024-03-25T03:00:00Z', 'time')
  assert.equal(formatDate(moment, 'en-GB'), '25 March 2024')
  assert.equal(formatDate(moment, 'en-GB', { timeZone: 'America/Lima' }), '24 March 2024')
  assert.match(formatDate(moment, 'en-GB', { timeZone: 'America/Lima', timeStyle: 'short' }), /24 March 2024.* 22:00/)
})

test('a picture that is kept elsewhere, and none', () => {
  const image = { url: 'https://x.example/a.jpg', alt: 'A', width: null, height: null, colour: null, focal_point: null, sizes: null, caption: null, credit: null }
  assert.deepEqual(picture(image), {
    src: image.url, srcset: undefined, sizes: undefined, sources: [], width: undefined, height: undefined, alt: 'A', style: {},
  })
  for (const nothing of [null, undefined]) {
    assert.deepEqual([picture(nothing), srcset(nothing)], [null, undefined])
  }
  const sizes = [800, 320].flatMap((width) => ['webp', 'jpeg'].map((type) => ({ width, url: `/${width}.${type}`, type: `image/${type}` })))
  assert.equal(srcset({ ...image, sizes }), '/320.webp 320w, /800.webp 800w')
  assert.deepEqual(picture({ ...image, sizes: [sizes[0]] }).sources, [])
  assert.equal(picture({ ...image, sizes: [sizes[0]] }).srcset, '/800.webp 800w')
  assert.deepEqual(sizes.map((file) => file.width), [800, 800, 320, 320], 'what was given is as it was')
})

test('cache tags of an article are those that its changes name', () => {
  const article = { id: '1', slug: 'a', related: [{ id: '2' }], neighbours: { older: null, newer: { id: '3' } } }
  assert.deepEqual(cacheTags(article), ['article/1', 'article/a', 'article/2', 'article/3'])
  assert.deepEqual(cacheTags({ id: '1', slug: 'a' }), ['article/1', 'article/a'])
  const change = { sequence: 1, kind: 'article', id: '1', slug: 'b', lang: 'es', tags: [{ slug: 'mining' }], paths: ['/news/a', '/a', '/old.asp?id=1'], url: 'https://x.example/noticias/%C3%B1and%C3%BA?x=1' }
  assert.deepEqual(cacheTags(change), ['article/1', 'article/b', 'article/a', 'article/old.asp', 'tag/mining', 'lists'])
  assert.deepEqual(paths(change), ['/noticias/ñandú?x=1', '/news/a', '/a', '/old.asp?id=1', '/tags/mining'])
  assert.deepEqual(paths(change, { tag: 'https://x.example/{lang}/temas/{slug}' }).at(-1), '/es/temas/mining')
  const sponsor = { sequence: 2, kind: 'sponsor', id: '3', slug: null, tags: null, paths: [], url: null, lang: null }
  assert.deepEqual([cacheTags(sponsor), paths(sponsor)], [['sponsor/3', 'lists'], []])
})

const request = ({ headers, body }) => new Request('https://site.example/hook', { method: 'POST', headers, body })
const { secret, public: publicKey } = webhooks

test('a webhook is verified by either key, and says what to make again', async () => {
  for (const key of [secret, publicKey, ['whsec_AAAA', secret]]) {
    const event = await verifyWebhook(request(webhooks.upsert), key)
    assert.deepEqual([event.id, event.type, event.data.kind, event.data.item.title], ['evt_1', 'article.upsert', 'article', 'Pictured'])
    assert(event.tags.includes('article/pictured') && event.tags.includes('lists'))
    assert(event.paths.includes('/news/pictured'))
  }
  const gone = await verifyWebhook(request(webhooks.delete), secret)
  assert.deepEqual([gone.type, gone.data.item], ['article.delete', null])
  assert(gone.paths.includes('/news/forged') && gone.tags.includes('article/forged'))
  const thin = await verifyWebhook(request(webhooks.thin), secret)
  assert.deepEqual([thin.data.item, thin.paths[0]], [undefined, '/news/pictured'])
})

test('the first message has a challenge, and a test has no page', async () => {
  const first = await verifyWebhook(request(webhooks.verification), secret)
  assert.deepEqual([first.type, first.data.challenge, first.paths, first.tags], ['webhook.verification', 'c0ffee', [], []])
  assert.equal((await verifyWebhook(request(webhooks.test), publicKey)).data.message, '¡Hola!')
})

test('while a secret is replaced, both are good', async () => {
  for (const key of [secret, publicKey, webhooks.next_secret, webhooks.next_public]) {
    assert.equal((await verifyWebhook(request(webhooks.rotated), key)).id, 'evt_1')
  }
})

test('what is forged, altered or unsigned is refused', async () => {
  const { headers, body } = webhooks.upsert
  const refuse = async (message, key = secret, code = 'webhook_forged') => {
    const thrown = await error(verifyWebhook(request(message), key))
    assert.deepEqual([thrown.status, thrown.code], [401, code])
  }
  await refuse({ headers, body: body.replace('Pictured', 'Picturex') })
  await refuse({ headers, body: `${body} ` })
  await refuse({ headers, body: '' })
  for (const key of [webhooks.next_secret, webhooks.next_public]) await refuse(webhooks.upsert, key)
  await refuse({ headers: { ...headers, 'webhook-id': 'evt_2' }, body })
  const later = { 'webhook-timestamp': String(+headers['webhook-timestamp'] + 1) }
  await refuse({ headers: { ...headers, ...later }, body })
  const [shared, pair] = headers['webhook-signature'].split(' ')
  for (const signature of ['', 'v1,', 'v1', 'v1,%%%', 'v1,AAAA', shared.replace('v1,', 'v2,'), pair, shared.replace('v1,', 'v1a,')]) {
    await refuse({ headers: { ...headers, 'webhook-signature': signature }, body })
  }
  await refuse({ headers: { ...headers, 'webhook-signature': shared }, body }, publicKey)
  for (const name of Object.keys(headers)) {
    const fewer = { ...headers }
    delete fewer[name]
    await refuse({ headers: fewer, body }, secret, name === 'webhook-timestamp' ? 'webhook_late' : undefined)
  }
})

test('a message of another time is refused, before its body is read', async () => {
  await verifyWebhook(request(webhooks.recent), secret)
  for (const message of [webhooks.late, webhooks.early, { ...webhooks.upsert, headers: { ...webhooks.upsert.headers, 'webhook-timestamp': 'NaN' } }]) {
    const unread = request(message)
    assert.equal((await error(verifyWebhook(unread, secret))).code, 'webhook_late')
    assert.equal(unread.bodyUsed, false)
  }
  const at = +webhooks.late.headers['webhook-timestamp'] * 1_000
  await verifyWebhook(request(webhooks.late), secret, { now: at + 300_000 })
  await verifyWebhook(request(webhooks.late), secret, { tolerance: 3_600 })
})
