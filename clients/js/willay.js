/**
 * A client for Willay's public API: one module, no dependency, for servers, edges and browsers.
 *
 * Whatever readers may meet (moved, gone, never there) is a value. Whatever should not happen
 * (a network without answer, a wrong question, a service out of order) throws `WillayError`.
 */

/** @typedef {import('./schema.js').components['schemas']} Schemas */
/** @typedef {import('./schema.js').operations} Operations */

/**
 * The query of an operation.
 * @template {keyof Operations} O
 * @typedef {NonNullable<Operations[O]['parameters']['query']>} Query
 */

/** @typedef {Schemas['ListedArticle']} Card An article in a list. */
/** @typedef {Schemas['ArticleDetail']} Article An article whole. */
/** @typedef {Schemas['Image']} Image */
/** @typedef {Schemas['Tag']} Tag */
/** @typedef {Schemas['Problem']} Problem */
/** @typedef {Schemas['Change']} Change */
/** @typedef {Tag & { subtree: TagNode[] }} TagNode A tag with the tags under it. */
/** @typedef {Omit<Query<'listArticles'>, 'fields'>} CardQuery */
/** @typedef {Omit<Query<'getArticle'>, 'fields'>} ArticleQuery */

/**
 * A page of a list. `next` and `prev` are cursors; `total` is there when `count: true` asked for it
 * and where a list comes whole. `meta` of articles has the `tag`, `author` and `archive` that
 * `include` named.
 * @template T, [M={}]
 * @typedef {{ items: T[], next: string | null, prev: string | null, total?: number, meta: M }} List
 */

/**
 * What is at an address: the thing, or the slug that it moved to, or why it is gone, or nothing.
 * @template T
 * @typedef {{ found: T, moved?: undefined, gone?: undefined }
 *   | { found: null, moved: string, gone?: undefined }
 *   | { found: null, moved?: undefined, gone: Problem }
 *   | { found: null, moved?: undefined, gone?: undefined }} Found
 */

/**
 * What a path of the site stands for. `location` is where it is shown.
 * @typedef {Schemas['Resolution'] | { status: 410, reason: Problem['reason'], detail: string }} Resolved
 */

/**
 * What a search found. `corrected` says that other words were searched than were typed, and how to
 * insist. `next` is the number of the next page.
 * @typedef {{ hits: Schemas['SearchHit'][], facets: Schemas['Facets'], total: number,
 *   corrected: Schemas['Corrected'] | null, didYouMean: string | null, next: number | null }} Results
 */

/**
 * A change as webhooks carry it: a thin one has no `item`.
 * @template {Change} [C=Change]
 * @typedef {C extends Change ? Omit<C, 'item'> & { item?: C['item'] } : never} Message
 */

/**
 * A webhook that was verified. `tags` are cache tags, `paths` are pages of the site to make again.
 * @typedef {{ id: string, timestamp: string, tags: string[], paths: string[] } & (
 *   | { type: 'webhook.verification', data: { challenge: string } }
 *   | { type: 'webhook.test', data: { message: string } }
 *   | { type: `${Change['kind']}.${Change['type']}`, data: Message })} WebhookEvent
 */

/**
 * What `<picture>` and `<img>` need. `sources` are the kinds of files beside that of `src`.
 * @typedef {{ src: string, srcset: string | undefined, sizes: string | undefined,
 *   sources: { type: string, srcset: string, sizes: string }[], width: number | undefined,
 *   height: number | undefined, alt: string,
 *   style: { backgroundColor?: string, objectPosition?: string } }} Picture
 */

/**
 * `url` is the address of the API, `''` for this origin. `lang` and `fallback` go with every request
 * that takes them and names none (`lang: ''` in a query leaves it out). `init` goes to each `fetch`.
 * @typedef {{ url?: string, lang?: string, fallback?: string[], fetch?: typeof globalThis.fetch,
 *   init?: RequestInit }} Options
 */

/** @typedef {ReturnType<typeof createWillay>} Willay */

/** What should not happen: `status` is 0 when there was no answer, `retryAfter` is in seconds. */
export class WillayError extends Error {
  /**
   * @param {{ status: number, code: string, detail: string, requestId?: string | null,
   *   retryAfter?: number | null }} what
   * @param {unknown} [cause]
   */
  constructor({ status, code, detail, requestId = null, retryAfter = null }, cause) {
    super(`${code}: ${detail}`, { cause })
    this.name = 'WillayError'
    this.status = status
    this.code = code
    this.detail = detail
    this.requestId = requestId
    this.retryAfter = retryAfter
  }
}

/** @param {string} address Whole, or a path. */
const parsed = (address) => new URL(address, 'http://localhost')
/** @param {string | null | undefined} link */
const cursorOf = (link) => parsed(link ?? '').searchParams.get('cursor')

/**
 * A client. Each method takes a query and, last, what is for `fetch` alone (`signal`, `next`).
 * @param {Options} [options]
 */
export function createWillay({ url = '', lang, fallback, fetch, init } = {}) {
  const origin = url.replace(/\/+$/, '')

  /**
   * The answer of the API, and its body if that is JSON.
   * @param {string} path
   * @param {object} [query]
   * @param {RequestInit} [more]
   */
  const send = async (path, query = {}, more) => {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      if (`${value ?? ''}`) search.set(name, `${value}`)
    }
    const address = `${origin}/v1/${path}?${search}`.replace(/\?$/, '')
    const own = { ...init, ...more }
    try {
      const answer = await (fetch ?? globalThis.fetch)(address, own)
      const text = await answer.text()
      return { answer, body: text[0] === '{' ? JSON.parse(text) : null } // null: a proxy's page
    } catch (cause) {
      if (own.signal?.aborted) throw cause
      const detail = `${address} gave no answer: ${/** @type {any} */ (cause)?.message}`
      throw new WillayError({ status: 0, code: 'no_answer', detail }, cause)
    }
  }

  /**
   * The body of an answer that has to be 200.
   * @param {{ answer: Response, body: any }} sent @returns {any}
   */
  const whole = ({ answer, body }) => {
    if (answer.ok && body?.data) return body
    const { status, headers, url } = answer
    throw new WillayError({
      status,
      code: body?.code ?? 'not_willay',
      detail: body?.detail ?? `The answer ${status} of ${url} is not Willay's.`,
      requestId: headers.get('x-request-id'),
      retryAfter: Number(headers.get('retry-after')) || null,
    })
  }

  /** @param {string} path @param {object} [query] @param {RequestInit} [more] */
  const ask = async (path, query, more) => whole(await send(path, query, more))

  /** @param {string} path @param {object} [query] @param {RequestInit} [more] */
  const dataOf = async (path, query, more) => (await ask(path, query, more)).data

  /**
   * One thing by its slug. Redirects are looked at, and then followed: an address that a proxy
   * moved (http to https) keeps its last part, and where `fetch` hides a redirect it still says so.
   * @param {string} folder @param {string} slug @param {object} [query] @param {RequestInit} [more]
   * @returns {Promise<Found<any>>}
   */
  const one = async (folder, slug, query, more) => {
    if (/^\.{0,2}$|[\0-\x1f\x7f]/.test(slug)) return { found: null } // these would be other addresses
    const path = `${folder}/${encodeURIComponent(slug)}`
    let sent = await send(path, query, { ...more, redirect: 'manual' })
    const { type, status } = sent.answer
    if (type === 'opaqueredirect' || (status > 300 && status < 309)) {
      sent = await send(path, query, { ...more, redirect: 'follow' })
    }
    const { answer, body } = sent
    if (answer.status === 404 && /not_found$/.test(body?.code)) return { found: null }
    if (answer.status === 410 && body?.code) return { found: null, gone: body }
    const { data } = whole(sent)
    const moved = answer.redirected && parsed(answer.url).pathname.split('/').pop()
    return moved && moved !== encodeURIComponent(slug) ? { found: null, moved } : { found: data }
  }

  /**
   * @param {string} path @param {object} [query] @param {RequestInit} [more]
   * @returns {Promise<List<any, any>>}
   */
  const list = async (path, query, more) => {
    const { data: items, meta = {}, links } = await ask(path, query, more)
    return { items, next: cursorOf(links?.next), prev: cursorOf(links?.prev), total: meta.total, meta }
  }

  /**
   * Every item of a list, page after page, as they are read.
   * @param {string} path @param {Record<string, any>} query @param {RequestInit} [more]
   * @returns {AsyncGenerator<any, void, void>}
   */
  async function* all(path, query, more) {
    let { cursor } = query
    do {
      const page = await list(path, { limit: 100, ...query, cursor }, more)
      yield* page.items
      cursor = page.next
    } while (cursor)
  }

  /** @param {object} [query] */
  const inLang = (query) => ({ lang, ...query })
  /** @param {object} [query] */
  const inLangs = (query) => ({ lang, fallback, ...query })

  const articles = {
    /**
     * A page of articles, newest first. With `fields`, items have these members only.
     * @template {keyof Card} [F=keyof Card]
     * @param {CardQuery & { fields?: readonly F[] }} [query]
     * @param {RequestInit} [more]
     * @returns {Promise<List<Pick<Card, F>, Schemas['ArticleListMeta']>>}
     */
    list: (query, more) => list('articles', inLangs(query), more),
    /**
     * Every article, page after page, as they are read.
     * @template {keyof Card} [F=keyof Card]
     * @param {CardQuery & { fields?: readonly F[] }} [query]
     * @param {RequestInit} [more]
     * @returns {AsyncGenerator<Pick<Card, F>, void, void>}
     */
    all: (query, more) => all('articles', inLangs(query), more),
    /**
     * One article or page whole. A slug names one text, so the client's own `lang` does not go
     * with it: `{ lang }` asks for its translation, whose slug is another.
     * @template {keyof Article} [F=keyof Article]
     * @param {string} slug
     * @param {ArticleQuery & { fields?: readonly F[] }} [query]
     * @param {RequestInit} [more]
     * @returns {Promise<Found<Pick<Article, F>>>}
     */
    get: (slug, query, more) => one('articles', slug, query, more),
  }

  const tags = {
    /**
     * All tags, with their numbers of articles.
     * @param {Query<'listTags'>} [query] @param {RequestInit} [more]
     * @returns {Promise<List<Tag>>}
     */
    list: (query, more) => list('tags', inLang(query), more),
    /**
     * @param {string} slug @param {Query<'getTag'>} [query] @param {RequestInit} [more]
     * @returns {Promise<Found<Schemas['TagDetail']>>}
     */
    get: (slug, query, more) => one('tags', slug, inLang(query), more),
    /**
     * The tags that are under no other of the list, each with its `subtree`.
     * @param {Query<'listTags'>} [query] @param {RequestInit} [more]
     * @returns {Promise<TagNode[]>}
     */
    tree: async (query, more) => {
      const { items } = await tags.list(query, more)
      const nodes = new Map(items.map((tag) => [tag.slug, { ...tag, subtree: [] }]))
      /** @type {TagNode[]} */
      const roots = []
      for (const node of nodes.values()) {
        const under = /** @type {TagNode | undefined} */ (nodes.get(node.parent ?? ''))
        ;(under?.subtree ?? roots).push(node)
      }
      return roots
    },
  }

  return {
    articles,
    tags,
    authors: {
      /**
       * @param {Query<'listAuthors'>} [query] @param {RequestInit} [more]
       * @returns {Promise<List<Schemas['AuthorProfile']>>}
       */
      list: (query, more) => list('authors', inLang(query), more),
      /**
       * @param {string} slug @param {Query<'getAuthor'>} [query] @param {RequestInit} [more]
       * @returns {Promise<Found<Schemas['AuthorProfile']>>}
       */
      get: (slug, query, more) => one('authors', slug, inLang(query), more),
    },
    events: {
      /**
       * @param {Query<'listEvents'>} [query] @param {RequestInit} [more]
       * @returns {Promise<List<Schemas['Event']>>}
       */
      list: (query, more) => list('events', inLang(query), more),
      /**
       * @param {string} id @param {Query<'getEvent'>} [query] @param {RequestInit} [more]
       * @returns {Promise<Found<Schemas['Event']>>}
       */
      get: (id, query, more) => one('events', id, query, more),
    },
    sponsors: {
      /**
       * @param {Query<'listSponsors'>} [query] @param {RequestInit} [more]
       * @returns {Promise<List<Schemas['Sponsor']>>}
       */
      list: (query, more) => list('sponsors', inLang(query), more),
    },
    committee: {
      /**
       * @param {Query<'listCommitteeMembers'>} [query] @param {RequestInit} [more]
       * @returns {Promise<List<Schemas['CommitteeMember']>>}
       */
      list: (query, more) => list('committee', inLang(query), more),
    },
    /**
     * Ask for news by e-mail. A letter asks to confirm; the sentence to show is the same for every
     * address. Ask from pages of the site or from a server.
     * @param {Operations['subscribe']['requestBody']['content']['application/json']} wish
     * @param {RequestInit} [more]
     * @returns {Promise<string>}
     */
    subscribe: async (wish, more) => (await dataOf('subscriptions', {}, {
      ...more,
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(inLang(wish)),
    })).message,
    /**
     * Name, navigation, sections, feeds and addresses of the site.
     * @param {Query<'getSite'>} [query] @param {RequestInit} [more]
     * @returns {Promise<Schemas['Site']>}
     */
    site: (query, more) => dataOf('site', inLang(query), more),
    /**
     * The front page: featured and latest articles, and the newest of each section.
     * @param {Query<'getHome'>} [query] @param {RequestInit} [more]
     * @returns {Promise<Schemas['Home']>}
     */
    home: (query, more) => dataOf('home', inLang(query), more),
    /**
     * Years and months with their numbers of articles.
     * @param {Query<'getArchive'>} [query] @param {RequestInit} [more]
     * @returns {Promise<List<Schemas['Year']>>}
     */
    archive: (query, more) => list('archive', inLangs(query), more),
    /**
     * @param {Query<'search'>} [query] @param {RequestInit} [more]
     * @returns {Promise<Results>}
     */
    search: async (query, more) => {
      const { data, meta, links } = await ask('search', inLangs(query), more)
      return {
        hits: data,
        facets: meta.facets ?? {},
        total: meta.total,
        corrected: meta.corrected ?? null,
        didYouMean: meta.did_you_mean ?? null,
        next: links.next ? meta.page + 1 : null,
      }
    },
    /**
     * Completions of what is being typed.
     * @param {string} q @param {Omit<Query<'suggest'>, 'q'>} [query] @param {RequestInit} [more]
     * @returns {Promise<Schemas['Completion'][]>}
     */
    suggest: async (q, query, more) => {
      return q ? (await ask('search/suggest', { ...inLang(query), q }, more)).data : []
    },
    /**
     * What a path of the site stands for; null when nothing was ever there, or never can be.
     * @param {string} path @param {RequestInit} [more]
     * @returns {Promise<Resolved | null>}
     */
    resolve: async (path, more) => {
      const sent = await send('resolve', { path }, more)
      const { code, status, reason, detail } = sent.body ?? {}
      if (code && (status === 400 || code === 'path_not_found')) return null
      return code && status === 410 ? { status, reason, detail } : whole(sent).data
    },
    /**
     * A draft, by the token of a preview link. It is never for a cache.
     * @param {string} token @param {RequestInit} [more]
     * @returns {Promise<Found<Schemas['PreviewedArticle']>>}
     */
    preview: (token, more) => one('preview', token, {}, { cache: 'no-store', ...more }),
    /**
     * Everything that came, changed or went after a cursor. It ends when it has caught up; with
     * `wait` (seconds, 25 at most) it goes on for ever. Keep the `cursor` of the last change: some
     * before it may come again, none is missed.
     * @param {Query<'listChanges'>} [query] @param {RequestInit} [more]
     * @returns {AsyncGenerator<Change & { cursor: string }, void, void>}
     */
    changes: async function* ({ cursor = '', ...query } = {}, more) {
      for (;;) {
        const { data, meta } = await ask('changes', { ...query, cursor }, more)
        for (const [place, change] of data.entries()) {
          yield { ...change, cursor: data[place + 1] ? cursor : meta.cursor }
        }
        cursor = meta.cursor
        if ((meta.caught_up || !data.length) && !query.wait) return
      }
    },
  }
}

/**
 * The `srcset` of a picture's files of one kind; undefined when it has none.
 * @param {Image | null | undefined} image
 * @param {string} [type]
 */
export const srcset = (image, type = 'image/webp') => {
  const files = (image?.sizes ?? [])
    .filter((file) => file.type === type)
    .sort((one, other) => one.width - other.width)
  return files.map((file) => `${file.url} ${file.width}w`).join(', ') || undefined
}

/**
 * What `<picture>` and `<img>` need to show a picture without a shift; null for no picture.
 * @template {Image | null | undefined} I
 * @param {I} image
 * @param {{ sizes?: string }} [options] How wide it is shown, as the attribute `sizes` says it.
 * @returns {Picture | (I extends Image ? never : null)}
 */
export const picture = (image, { sizes = '100vw' } = {}) => {
  if (!image) return /** @type {any} */ (null)
  const { colour, focal_point: focus, width, height } = image
  const types = [...new Set((image.sizes ?? []).map((file) => file.type))].sort()
  const type = types.shift() // jpeg before webp: the file that every browser shows
  return {
    src: image.url,
    srcset: type && srcset(image, type),
    sizes: type && sizes,
    sources: types.map((other) => ({ type: other, srcset: srcset(image, other) ?? '', sizes })),
    width: width ?? undefined,
    height: height ?? undefined,
    alt: image.alt,
    style: {
      ...(colour && { backgroundColor: colour }),
      ...(focus && { objectPosition: `${Math.round(focus.x * 100)}% ${Math.round(focus.y * 100)}%` }),
    },
  }
}

/**
 * The known part of an article's date, in words. A day, a month and a year are the same everywhere:
 * `timeZone` (UTC by default) and `timeStyle` count only where the very moment is known.
 * @param {Pick<Card, 'published_at' | 'date_precision'>} article
 * @param {string | string[]} [locale]
 * @param {{ timeZone?: string, dateStyle?: 'full' | 'long' | 'medium' | 'short',
 *   timeStyle?: 'medium' | 'short' }} [options]
 */
export const formatDate = (article, locale, options = {}) => {
  const { timeZone = 'UTC', dateStyle = 'long', timeStyle } = options
  const month = /^[fl]/.test(dateStyle) ? 'long' : 'short'
  const shape = /** @type {Record<string, Intl.DateTimeFormatOptions>} */ ({
    time: { dateStyle, timeStyle, timeZone },
    day: { dateStyle },
    month: { year: 'numeric', month },
    year: { year: 'numeric' },
  })[article.date_precision]
  if (!shape) return ''
  return new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...shape }).format(
    new Date(article.published_at),
  )
}

/**
 * Pages of the site that a change touches: where the thing is, where it was, and its tags' pages.
 * @param {Pick<Message, 'url' | 'paths' | 'tags' | 'lang'>} change
 * @param {{ tag?: string }} [addresses] Of the site; those of tags are `/tags/{slug}` by default.
 */
export const paths = ({ url, paths: former, tags, lang }, { tag = '/tags/{slug}' } = {}) => {
  /** @param {string} address */
  const path = (address) => {
    const { pathname, search } = parsed(address)
    return decodeURI(pathname) + search
  }
  const pages = (tags ?? []).map(({ slug }) => tag.replace('{slug}', slug).replace('{lang}', lang ?? ''))
  return [...new Set([...(url ? [path(url)] : []), ...former, ...pages.map(path)])]
}

/**
 * Cache tags. Of an article: what its page depends on. Of a change: what it makes stale, with
 * `lists` for whatever shows more than one thing.
 * @param {Pick<Article, 'id' | 'slug'> & Partial<Pick<Article, 'related' | 'neighbours'>>
 *   | Message | Change} thing
 * @returns {string[]}
 */
export const cacheTags = (thing) => {
  const isChange = 'sequence' in thing
  const kind = isChange ? thing.kind : 'article'
  const others = isChange
    ? thing.paths.map((path) => path.replace(/\?.*/, '').split('/').pop())
    : Object.values(/** @type {any} */ ({ ...thing.related, ...thing.neighbours })).map((card) => card?.id)
  const names = [thing.id, thing.slug, ...others].filter(Boolean).map((name) => `${kind}/${name}`)
  const tags = isChange ? [...(thing.tags ?? []).map(({ slug }) => `tag/${slug}`), 'lists'] : []
  return [...new Set([...names, ...tags])]
}

/** @param {string} text Base64. */
const bytes = (text) => {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}

/**
 * A message by Standard Webhooks, if it is authentic and five minutes old at most; else it throws
 * `WillayError` 401. The secret is a shared one (`whsec_…`) or a public key (`whpk_…`), or several.
 * @param {Pick<Request, 'headers' | 'arrayBuffer'>} request Whose body nobody has read.
 * @param {string | string[]} secret
 * @param {{ tolerance?: number, now?: number }} [options] Seconds; milliseconds since 1970.
 * @returns {Promise<WebhookEvent>}
 */
export async function verifyWebhook(request, secret, { tolerance = 300, now = Date.now() } = {}) {
  /** @param {string} code @param {string} detail */
  const refusal = (code, detail) => new WillayError({ status: 401, code, detail })
  /** @param {string} name */
  const header = (name) => request.headers.get(`webhook-${name}`) ?? ''
  const [id, time, signatures] = [header('id'), header('timestamp'), header('signature')]
  if (!(Math.abs(now / 1000 - +time) <= tolerance)) {
    throw refusal('webhook_late', 'Its timestamp is missing, old or of the future.')
  }
  const body = await request.arrayBuffer()
  const signed = await new Blob([`${id}.${time}.`, body]).arrayBuffer()
  for (const one of [secret].flat()) {
    const isPublic = one.startsWith('whpk_')
    const algorithm = isPublic ? { name: 'Ed25519' } : { name: 'HMAC', hash: 'SHA-256' }
    const raw = bytes(one.replace(/^wh(sec|pk)_/, ''))
    const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify'])
    for (const signature of signatures.split(' ')) {
      const [version, text] = signature.split(',')
      if (version !== (isPublic ? 'v1a' : 'v1') || !text) continue
      // `verify` compares in constant time.
      if (await crypto.subtle.verify(algorithm.name, key, bytes(text), signed)) {
        const { type, timestamp, data } = JSON.parse(new TextDecoder().decode(body))
        const [tags, pages] = data.paths ? [cacheTags(data), paths(data)] : [[], []]
        return { id, type, timestamp, data, tags, paths: pages }
      }
    }
  }
  throw refusal('webhook_forged', 'No signature is by this secret.')
}
