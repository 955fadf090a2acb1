// Runs what the guide prints for Next and Astro; the test judges what this prints.
import { stale } from 'next/cache'
import { POST } from './app/api/willay/route.mjs'
import { articlePage } from './src/article-page.mjs'
import { willayLoader } from './src/willay-loader.mjs'

const { gone, url, webhooks } = JSON.parse(process.env.KNOWN)
process.env.WEBHOOK_SECRET = webhooks.secret
const request = ({ headers, body }) => new Request('http://x.example', { method: 'POST', headers, body })

const statuses = []
for (const name of ['verification', 'upsert', 'late']) statuses.push((await POST(request(webhooks[name]))).status)

const real = globalThis.fetch
const entries = new Map()
const kept = new Map()
const store = {
  set: (entry) => entries.set(entry.id, entry),
  delete: (id) => entries.delete(id),
  clear: () => entries.clear(),
}
const meta = { get: (key) => kept.get(key), set: (key, value) => kept.set(key, value) }
await willayLoader(url).load({ store, meta })
const stored = entries.size
await willayLoader(url).load({ store, meta })
const again = entries.size

// A service that was restored from a backup refuses the cursor of another life.
entries.set('stale', {})
globalThis.fetch = (address, init) => {
  globalThis.fetch = real
  const problem = { status: 410, code: 'cursor_gone', detail: 'Begin again.' }
  return Promise.resolve(new Response(JSON.stringify(problem), { status: 410 }))
}
await willayLoader(url).load({ store, meta })

const pages = []
for (const slug of ['pictured', 'about-us', 'forged', 'nope']) {
  const { status, headers } = await articlePage(slug)
  pages.push([status, headers['Cache-Tag'].includes(`article/${slug}`)])
}
console.log(JSON.stringify({
  statuses, stale, stored, again, after_restore: entries.size, forged: entries.has(`article/${gone}`), pages,
}))
