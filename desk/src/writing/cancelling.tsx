import { useState } from 'preact/hooks'
import { ApiProblem } from '../api/client'
import type { PlannedRelease } from '../api/types'
import { config } from '../config'
import { explain } from '../shell/notices'
import { showMoment } from '../time'
import { words } from '../words'

/** An act that may cancel releases: the server refuses it until it is told to cancel them. */
export function useCancelling(act: (cancels: boolean) => Promise<void>) {
  const [releases, setReleases] = useState<PlannedRelease[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const perform = async () => {
    setBusy(true)
    setError(null)
    try {
      await act(releases !== null)
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.code === 'would_cancel') setReleases(problem.body.releases ?? [])
      else setError(explain(problem))
    }
    setBusy(false)
  }
  return { releases, error, isBusy, perform }
}

/** What would be cancelled, and what else went wrong. */
export function Refusal({ releases, error }: { releases: PlannedRelease[] | null; error: string | null }) {
  return (
    <>
      {releases && (
        <div class="warning" role="alert">
          <p>{words.value.wouldCancel}</p>
          <ul>{releases.map((release) => <li key={release.revision}>{release.slug} ({release.lang}): {showMoment(release.visible_from)} ({config.zone})</li>)}</ul>
        </div>
      )}
      {error && <p class="error" role="alert">{error}</p>}
    </>
  )
}
