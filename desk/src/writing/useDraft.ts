import { useEffect, useState } from 'preact/hooks'
import { explain } from '../shell/notices'
import { guards } from '../shell/router'
import { me } from '../shell/session'
import { words } from '../words'
import { Draft } from './draft'

/** Opens an article for writing, with what an earlier tab left unsaved. */
export function useDraft(id: string): { draft: Draft | null; error: string | null } {
  const [state, setState] = useState<{ draft: Draft | null; error: string | null }>({ draft: null, error: null })
  useEffect(() => {
    let opened: Draft | null = null
    let isCurrent = true
    Draft.open(id, me.value?.account_id ?? '').then((draft) => {
      opened = draft
      if (isCurrent) setState({ draft, error: null })
      else void draft.close()
    }, (error: unknown) => isCurrent && setState({ draft: null, error: explain(error) }))
    return () => {
      isCurrent = false
      // After the editor has gone, which hands over its last words when it goes.
      setTimeout(() => void opened?.close())
    }
  }, [id])
  return state
}

/** Asks before a page is left on which something is unsaved that no copy of this browser holds. */
export function useLeaveGuard(draft: Draft | null): void {
  useEffect(() => {
    if (!draft) return undefined
    const ask = (event: BeforeUnloadEvent) => {
      if (draft.state.value === 'saved') return
      void draft.flush()
      event.preventDefault()
    }
    const keepIn = () => draft.state.value !== 'clash' || confirm(words.value.leaveClash)
    addEventListener('beforeunload', ask)
    guards.add(keepIn)
    return () => {
      removeEventListener('beforeunload', ask)
      guards.delete(keepIn)
    }
  }, [draft])
}
