import createClient from 'openapi-fetch'
import { setClock } from '../clock'
import type { components, paths } from './schema'

export type Schema = components['schemas']
type Problem = Schema['Problem']

/** An answer that is no success; status 0 where there was none. */
export class ApiProblem extends Error {
  readonly status: number
  readonly body: Partial<Problem>
  readonly retryAfter: number

  constructor(status: number, body: Partial<Problem>, retryAfter = 0) {
    super(body.detail ?? `HTTP ${status}`)
    this.status = status
    this.body = body
    this.retryAfter = retryAfter
  }

  get code(): string {
    return this.body.code ?? ''
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return [0, 408, 429, 502, 503, 504].includes(this.status) || this.status === 500
  }
}

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  headers: { 'Willay-Desk': '1' },
})

/** Called when the session has ended, so that the shell can say so. */
export const onSignedOut: { call: () => void } = { call: () => undefined }

api.use({
  onRequest({ request }) {
    if (request.method === 'POST' && !request.headers.has('Idempotency-Key')) {
      request.headers.set('Idempotency-Key', crypto.randomUUID())
    }
  },
  onResponse({ response }) {
    setClock(response.headers.get('Date'))
  },
  onError() {
    return new ApiProblem(0, { code: 'no_answer' })
  },
})

interface Answer<T> {
  data?: T | undefined
  error?: unknown
  response: Response
}

interface Success<T> {
  body: T
  etag: string
}

/** The body of a success; throws `ApiProblem` otherwise. */
export async function get<T>(answer: Promise<Answer<T>>): Promise<Success<T>> {
  const { data, error, response } = await answer
  if (!response.ok) {
    if (response.status === 401) onSignedOut.call()
    const body = typeof error === 'object' && error !== null ? (error as Partial<Problem>) : {}
    throw new ApiProblem(response.status, body, Number(response.headers.get('Retry-After') ?? 0))
  }
  return { body: data as T, etag: response.headers.get('ETag') ?? '' }
}

/** The `data` of a success. */
export async function take<T>(answer: Promise<Answer<{ data: T }>>): Promise<T> {
  return (await get(answer)).body.data
}

/** The header that names the revision a change was made from. */
export const ifMatch = (revision: number) => ({ 'If-Match': `"${revision}"` })
