import { attempt } from '../shell/notices'
import { words } from '../words'
import { Dialog } from './Dialog'

/** A secret that is shown once, and what to do with it. */
export function SecretDialog({ secret, help, onClose }: { secret: string; help: string; onClose: () => void }) {
  const w = words.value
  return (
    <Dialog title={w.shownOnce} onClose={onClose}>
      <p>{help}</p>
      <p><code>{secret}</code></p>
      <footer><button type="button" class="main" onClick={() => void attempt(() => navigator.clipboard.writeText(secret), w.copied)}>{w.copy}</button></footer>
    </Dialog>
  )
}
