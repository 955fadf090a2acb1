import { signal } from '@preact/signals'
import { ApiProblem } from '../api/client'
import { words } from '../words'

interface Notice {
  id: number
  text: string
  isError: boolean
}

const notices = signal<Notice[]>([])
let count = 0

export function notify(text: string, isError = false): void {
  const id = ++count
  notices.value = [...notices.value.slice(-2), { id, text, isError }]
  setTimeout(() => dismiss(id), isError ? 15_000 : 5_000)
}

const dismiss = (id: number) => { notices.value = notices.value.filter((notice) => notice.id !== id) }

/** The sentence for whatever went wrong. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiProblem)) return String(error)
  const own = words.value.problems[error.code]
  if (own) return own
  const details = error.body.errors?.map((detail) => detail.message).filter((text) => !error.body.detail?.includes(text))
  return [error.body.detail ?? words.value.problems['failed'], ...(details ?? []).slice(0, 5)].join(' ')
}

/** Does something and says what went wrong; true when nothing did. */
export async function attempt(act: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await act()
    if (done) notify(done)
    return true
  } catch (error) {
    notify(explain(error), true)
    return false
  }
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <p key={notice.id} class={notice.isError ? 'notice error' : 'notice'}>
          {notice.text}
          <button type="button" class="plain" aria-label={words.value.close} onClick={() => dismiss(notice.id)}>×</button>
        </p>
      ))}
    </div>
  )
}
