import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { explain, notify } from '../shell/notices'

export interface Loaded<T> {
  data: T | null
  error: string | null
  /** How many answers and failures there were. */
  turn: number
  reload: () => void
}

/** What a request answers, asked again when a dependency changes; the last question wins. */
export function useData<T>(read: () => Promise<T>, dependencies: unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data: T | null; error: string | null; turn: number }>({ data: null, error: null, turn: 0 })
  const count = useRef(0)
  const reload = useCallback(() => {
    const number = ++count.current
    read().then(
      (data) => number === count.current && setState({ data, error: null, turn: number }),
      (error: unknown) => number === count.current && setState((before) => ({ ...before, error: explain(error), turn: number })),
    )
  }, dependencies)
  useEffect(() => {
    reload()
    return () => { count.current += 1 }
  }, [reload])
  return { ...state, reload }
}

/** Asks again every few seconds while something is on its way, also after a question without an answer. */
export function useRefresh<T>(loaded: Loaded<T>, isOnItsWay: (data: T) => boolean, wait = 3_000): void {
  const { data, turn, reload } = loaded
  useEffect(() => {
    if (data === null || !isOnItsWay(data)) return undefined
    const timer = setTimeout(reload, wait)
    return () => clearTimeout(timer)
  }, [turn])
}

interface Page<T> {
  data: T[]
  links: { next: string | null }
}

interface Pages<P extends Page<unknown>> extends Loaded<P> {
  /** The rows of all pages that were read. */
  rows: P['data']
  /** Reads the next page; null where there is none. */
  readOn: (() => void) | null
}

/** What a list answers page by page, read anew from the first when a dependency changes. */
export function usePages<P extends Page<unknown>>(read: (from: { cursor?: string }) => Promise<P>, dependencies: unknown[]): Pages<P> {
  const [later, setLater] = useState<P[]>([])
  const first = useData(() => { setLater([]); return read({}) }, dependencies)
  const pages = first.data ? [first.data, ...later] : []
  const next = pages.at(-1)?.links.next
  const readOn = next ? () => {
    read({ cursor: new URL(next).searchParams.get('cursor')! }).then(
      // Unless the list was read anew meanwhile.
      (page) => setLater((now) => (now === later ? [...later, page] : now)),
      (error: unknown) => notify(explain(error), true),
    )
  } : null
  return { ...first, rows: pages.flatMap((page) => page.data), readOn }
}

/** A value that follows another once that has been quiet for a while. */
export function useQuiet<T>(value: T, wait = 300): T {
  const [quiet, setQuiet] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), wait)
    return () => clearTimeout(timer)
  }, [value, wait])
  return quiet
}
