import { now } from '../../clock'
import { words } from '../../words'
import { shareOf } from './parts'
import type { DeskImport } from './sending'

/** Before this nobody can say how long it will take. */
const TELLING = { seconds: 5, share: 0.03 }
/** A worker looks for work more often than this. */
const LONG_SECONDS = 20

/** How far a run is, with a guess of the time that is left. */
export function Progress({ job, onStop }: { job: DeskImport; onStop: () => void }) {
  const w = words.value.imports
  const isLate = !job.phase && now() - Date.parse(job.updated_at) > LONG_SECONDS * 1_000
  const isCounted = job.phase && job.total > 0
  const name = job.phase ? w.phases[job.phase] : w.waits
  const minutes = minutesLeft(job)
  return (
    <div class="run narrow">
      <p class="label">{name}</p>
      <progress aria-label={name} {...(isCounted ? { value: Math.min(job.done, job.total), max: job.total } : {})} />
      <p class="row-facts">
        {isCounted && <span>{shareOf(job.done, job.total)}</span>}
        {isCounted && minutes !== null && !job.stop_wanted && <span>{w.left(minutes)}</span>}
        {job.stop_wanted && <span>{w.stopping}</span>}
        {isLate && <span>{w.waitsLong}</span>}
      </p>
      {job.state !== 'undoing' && <button type="button" disabled={job.stop_wanted} onClick={onStop}>{w.stop}</button>}
    </div>
  )
}

function minutesLeft({ phase_began_at: began, done, total }: DeskImport): number | null {
  if (!began || !total) return null
  const seconds = (now() - Date.parse(began)) / 1_000
  const share = done / total
  if (seconds < TELLING.seconds || share < TELLING.share) return null
  return Math.round((seconds / share) * (1 - share) / 60)
}
