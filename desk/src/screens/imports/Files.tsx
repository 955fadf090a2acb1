import { useState } from 'preact/hooks'
import { attempt } from '../../shell/notices'
import { words } from '../../words'
import { shareOf, showBytes } from './parts'
import { removeFile, sendFiles, sendings, type DeskImport, type FileRole, type Sending } from './sending'

const ENDS: Record<DeskImport['source'], string> = { wordpress: '.xml,.zip', ghost: '.json,.zip', folder: '.zip', jsonl: '.jsonl,.ndjson,.zip' }
const hasOneFile = (source: DeskImport['source']): boolean => source === 'ghost' || source === 'folder'

/** The files of an import that are not on their way, with the size of the whole. */
const arrivedFiles = (job: DeskImport) => job.files
  .filter((file) => !sendings.value.some((one) => one.importId === job.id && one.role === file.role && one.name === file.name))
  .map((file) => ({ ...file, whole: file.file_size ?? file.size }))

/** What stands in the way of trying an import; null where nothing does. */
export function hindrance(job: DeskImport): string | null {
  const w = words.value.imports
  const exports = job.files.filter((file) => file.role === 'export')
  if (sendings.value.some((one) => one.importId === job.id)) return w.stillSending
  if (!exports.length) return w.needsFiles
  if (exports.length > 1 && hasOneFile(job.source)) return w.oneFile
  return arrivedFiles(job).some((file) => file.size < file.whole) ? w.needsRest : null
}

/** What is sent: the export and the media, with how far each file is. */
export function Files({ job, onChanged }: { job: DeskImport; onChanged: () => void }) {
  const w = words.value.imports
  const [isOver, setOver] = useState(false)
  const own = sendings.value.filter((sending) => sending.importId === job.id)
  const choose = (role: FileRole) => (event: Event) => {
    const input = event.currentTarget as HTMLInputElement
    sendFiles(job.id, role, Array.from(input.files ?? []))
    input.value = '' // so that the same file can be chosen again
  }
  const remove = (role: FileRole, name: string) => attempt(async () => { await removeFile(job.id, role, name); onChanged() })
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    sendFiles(job.id, 'export', Array.from(event.dataTransfer?.files ?? []).slice(0, hasOneFile(job.source) ? 1 : undefined))
  }
  return (
    <section class="narrow">
      <h2>{w.files}</h2>
      <div class={isOver ? 'upload is-over' : 'upload'} onDragOver={(event) => { event.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <p>{w.exporting[job.source]}</p>
        <p><label class="button">{w.chooseExport}<input type="file" class="unseen" accept={ENDS[job.source]} multiple={!hasOneFile(job.source)} onChange={choose('export')} /></label> <span class="help drop-hint">{w.dropHere}</span></p>
        {w.media[job.source] && <>
          <p>{w.media[job.source]}</p>
          <p><label class="button">{w.chooseMedia}<input type="file" class="unseen" accept=".zip" onChange={choose('media')} /></label></p>
        </>}
      </div>
      <ul class="rows">
        {arrivedFiles(job).map(({ role, name, size, whole }) => (
          <li key={role + name}>
            <div class="row-text">
              <p><strong>{name}</strong></p>
              <p class="row-facts"><span>{w.roles[role]}</span>
                {size < whole ? <span class="error">{w.arrivedPart(showBytes(size), showBytes(whole))}</span> : <span>{showBytes(size)}</span>}
                <button type="button" class="plain" aria-label={words.value.removeOf(name)} onClick={() => void remove(role, name)}>{words.value.remove}</button></p>
            </div>
          </li>
        ))}
        {own.map((sending) => <OnItsWay key={sending.key} sending={sending} onChanged={onChanged} />)}
      </ul>
    </section>
  )
}

function OnItsWay({ sending, onChanged }: { sending: Sending; onChanged: () => void }) {
  const w = words.value.imports
  const { name, role, file } = sending
  const state = sending.state.value
  const cancel = () => attempt(async () => { await sending.cancel(); onChanged() })
  return (
    <li>
      <div class="row-text wide">
        <p><strong>{name}</strong></p>
        <progress aria-label={w.sendingOf(name)} value={sending.sent.value} max={Math.max(file.size, 1)} />
        <p class="row-facts"><span>{w.roles[role]}</span><span>{showBytes(file.size)}</span>
          <span>{state === 'queued' ? w.queued : w.sending(shareOf(sending.sent.value, file.size))}</span>
          {state === 'waiting' && <span class="error" role="status">{w.interrupted(sending.problem.value)}</span>}
          {state === 'refused' && <span class="error" role="alert">{sending.problem.value}</span>}
          {(state === 'waiting' || state === 'refused') && <button type="button" class="plain" onClick={() => sending.retry()}>{w.tryNow}</button>}
          <button type="button" class="plain" aria-label={`${w.cancel}: ${name}`} onClick={() => void cancel()}>{w.cancel}</button></p>
      </div>
    </li>
  )
}
