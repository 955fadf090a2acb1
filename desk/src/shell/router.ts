import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { HOME } from '../config'
import { words } from '../words'

export interface Place {
  path: string
  query: URLSearchParams
}

const read = (): Place => ({
  path: location.pathname.slice(HOME.length).replace(/\/$/, '') || '/',
  query: new URLSearchParams(location.search),
})

/** Where the reader is, below `/desk`. */
export const place = signal<Place>(read())

/** Questions that are asked before a place is left; `false` keeps the reader there. */
export const guards = new Set<() => boolean>()

export function go(path: string, options: { replace?: boolean } = {}): void {
  if (!options.replace && ![...guards].every((ask) => ask())) return
  history[options.replace ? 'replaceState' : 'pushState'](null, '', HOME + path)
  const isOther = place.value.path !== read().path
  place.value = read()
  if (isOther) scrollTo(0, 0)
}

/** Asks before something is left behind that was typed and is kept nowhere. */
export function useUnsaved(isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return undefined
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    const keepIn = () => confirm(words.value.leaveUnsaved)
    addEventListener('beforeunload', ask)
    guards.add(keepIn)
    return () => {
      removeEventListener('beforeunload', ask)
      guards.delete(keepIn)
    }
  }, [isUnsaved])
}

/** How to go on once an act is done, unless the reader has gone elsewhere meanwhile. */
export function goWhenDone(): (path: string) => void {
  const { path: start } = place.value
  return (path) => { if (place.value.path === start) go(path) }
}

export function startRouter(): void {
  addEventListener('popstate', () => { place.value = read() })
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a[href]') as HTMLAnchorElement | null
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return
    if (link.target || link.origin !== location.origin || !isOwn(link.pathname)) return
    event.preventDefault()
    go(link.pathname.slice(HOME.length) + link.search)
  })
}

const isOwn = (path: string) =>
  path.startsWith(`${HOME}/`) && !/^\/desk\/(sign-in|sign-out|password|forgotten|assets)\b/.test(path)

/** What a path has where a pattern such as `/articles/:id` has its variable, which may be none; null where it does not fit. */
export function match(pattern: string, path: string): string | null {
  const names = pattern.split('/')
  const parts = path.split('/')
  const fits = names.length === parts.length && names.every((name, index) => name.startsWith(':') || name === parts[index])
  return fits ? parts[names.findIndex((name) => name.startsWith(':'))] ?? '' : null
}
