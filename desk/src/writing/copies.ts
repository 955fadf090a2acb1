import { createStore, del, entries, set } from 'idb-keyval'
import type { Fields } from './fields'

/** What was typed and not yet saved, as this browser keeps it. */
export interface LocalCopy {
  account: string
  article: string
  tab: string
  title: string
  revision: number
  base: Fields
  changes: Partial<Fields>
  at: number
}

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

export async function keepCopy(copy: Omit<LocalCopy, 'tab' | 'at'>): Promise<void> {
  holdLock()
  await set(keyOf({ ...copy, tab }), { ...copy, tab, at: Date.now() } satisfies LocalCopy, store)
}

export const dropCopy = (account: string, article: string): Promise<void> => del(keyOf({ account, article, tab }), store)

/** Copies that no open tab works on, the newest first. */
export async function lostCopies(account: string, article?: string): Promise<LocalCopy[]> {
  const { held = [] } = await navigator.locks.query()
  const alive = new Set(held.map((lock) => lock.name))
  const copies = (await entries<string, LocalCopy>(store)).map(([, copy]) => copy)
  return copies
    .filter((copy) => copy.account === account && (!article || copy.article === article) && !alive.has(lockName(copy.tab)))
    .sort((one, other) => other.at - one.at)
}

export async function dropCopies(copies: LocalCopy[]): Promise<void> {
  await Promise.all(copies.map((copy) => del(keyOf(copy), store)))
}
