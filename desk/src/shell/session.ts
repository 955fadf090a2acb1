import { signal } from '@preact/signals'
import { api, ApiProblem, get, onSignedOut } from '../api/client'
import type { Me } from '../api/types'

/** Who is signed in; null before that is known. */
export const me = signal<Me | null>(null)

/** Whether the session ended while the desk was open. */
export const hasEnded = signal(false)

export const may = (scope: Me['scopes'][number]): boolean => me.value?.scopes.includes(scope) ?? false

export function leadToSignIn(): void {
  const next = location.pathname + location.search
  location.assign(`/desk/sign-in?next=${encodeURIComponent(next)}${hasEnded.value ? '&notice=session_ended' : ''}`)
}

/** Asks who is signed in; leads to the sign-in page where nobody is. */
export async function startSession(): Promise<Me | null> {
  try {
    const { body } = await get(api.GET('/v1/admin/auth/me'))
    me.value = body.data
    onSignedOut.call = () => { hasEnded.value = true }
    return body.data
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) {
      leadToSignIn()
      return null
    }
    throw error
  }
}
