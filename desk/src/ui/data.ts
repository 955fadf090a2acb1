import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { explain } from '../shell/notices'

export interface Loaded<T> {
  data: T | null
  error: string | null
  reload: () => void
}

/** What a request answers, asked again when a dependency changes; the last question wins. */
export function useData<T>(read: () => Promise<T>, dependencies: unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data: T | null; error: string | null }>({ data: null, error: null })
  const count = useRef(0)
  const reload = useCallback(() => {
    const number = ++count.current
    read().then(
      (data) => number === count.current && setState({ data, error: null }),
      (error: unknown) => number === count.current && setState((before) => ({ ...before, error: explain(error) })),
    )
  }, dependencies)
  useEffect(() => {
    reload()
    return () => { count.current += 1 }
  }, [reload])
  return { ...state, reload }
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
