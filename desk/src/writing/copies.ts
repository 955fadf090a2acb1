import { signal } from '@preact/signals'
import { createStore, del, entries, set } from 'idb-keyval'
import { now } from '../clock'
import type { Fields } from './fields'

/** What was typed and not yet saved, as this browser keeps it. */
interface LocalCopy {
  account: string
  article: string
  tab: string
  title: string
  base: Fields
  changes: Partial<Fields>
  at: number
}

/** Whether this browser keeps copies at all; some do not in a private window. */
export const keepsCopies = signal(true)

/** The articles that this tab works on. */
export const openArticles = new Set<string>()

const store = createStore('willay-desk', 'copies')
const tab = crypto.randomUUID()
let release: (() => void) | undefined

const lockName = (holder: string) => `willay-desk-${holder}`
const keyOf = (copy: Pick<LocalCopy, 'account' | 'article' | 'tab'>) => `${copy.account}/${copy.article}/${copy.tab}`

/** Shows other tabs that this one is alive, so that none takes its copies for lost ones. */
function holdLock(): void {
  if (release) return
  release = () => undefined
  void navigator.locks.request(lockName(tab), () => new Promise<void>((resolve) => { release = resolve }))
}

/** Holds an article while it is open, and tells whether another tab has it; call the result to let it go. */
export function holdArticle(id: string, tell: (isElsewhere: boolean) => void): () => void {
  let letGo: () => void = () => undefined
  const gone = new Promise<void>((resolve) => { letGo = resolve })
  const waits = new AbortController()
  const name = `willay-article-${id}`
  void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
    if (lock) return gone
    tell(true)
    navigator.locks.request(name, { signal: waits.signal }, () => { tell(false); return gone }).catch(() => undefined)
    return undefined
  })
  return () => { letGo(); waits.abort() }
}

export async function keepCopy(copy: Omit<LocalCopy, 'tab' | 'at'>): Promise<void> {
  holdLock()
  try {
    await set(keyOf({ ...copy, tab }), { ...copy, tab, at: now() } satisfies LocalCopy, store)
    keepsCopies.value = true
  } catch {
    keepsCopies.value = false // the line about the state of saving says so
  }
}

export async function dropCopy(account: string, article: string): Promise<void> {
  if (keepsCopies.value) await del(keyOf({ account, article, tab }), store)
}

/** Copies that nobody works on, in this tab or another, the newest first. */
export async function lostCopies(account: string, article?: string): Promise<LocalCopy[]> {
  const { held = [] } = await navigator.locks.query()
  const alive = new Set(held.map((lock) => lock.name))
  const isLost = (copy: LocalCopy) => copy.tab === tab ? !openArticles.has(copy.article) : !alive.has(lockName(copy.tab))
  return (await readCopies())
    .filter((copy) => copy.account === account && (!article || copy.article === article) && isLost(copy))
    .sort((one, other) => other.at - one.at)
}

async function readCopies(): Promise<LocalCopy[]> {
  try {
    return (await entries<string, LocalCopy>(store)).map(([, copy]) => copy)
  } catch {
    keepsCopies.value = false
    return []
  }
}

/** Deletes copies of other tabs; that of this one goes with its next save. */
export async function dropCopies(copies: LocalCopy[]): Promise<void> {
  await Promise.all(copies.filter((copy) => copy.tab !== tab).map((copy) => del(keyOf(copy), store)))
}
