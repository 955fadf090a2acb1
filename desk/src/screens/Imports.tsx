import { useState } from 'preact/hooks'
import { api, take } from '../api/client'
import { HOME } from '../config'
import { attempt } from '../shell/notices'
import { go } from '../shell/router'
import { showMoment } from '../time'
import { Dialog } from '../ui/Dialog'
import { useData, useRefresh } from '../ui/data'
import { Empty, Pending } from '../ui/parts'
import { words } from '../words'
import { isRunning, shareOf, STATE_LOOKS } from './imports/parts'
import type { DeskImport } from './imports/sending'

const SOURCES: DeskImport['source'][] = ['wordpress', 'ghost', 'folder', 'jsonl']

/** What was moved in from other systems, and how far it is. */
export function Imports() {
  const w = words.value.imports
  const imports = useData(() => take(api.GET('/v1/admin/imports')), [])
  useRefresh(imports, (rows) => rows.some(isRunning), 2_000)
  const [isNew, setNew] = useState(false)
  return (
    <section>
      <p class="help">{w.intro}</p>
      <p><button type="button" class="main" onClick={() => setNew(true)}>{w.newImport}</button></p>
      <Pending of={imports} />
      {imports.data && (imports.data.length ? (
        <ul class="rows">
          {imports.data.map((job) => (
            <li key={job.id}>
              <div class="row-text">
                <a href={`${HOME}/admin/imports/${job.id}`}>{w.titles[job.source]}</a>
                <p class="row-facts">
                  <span class={`badge ${STATE_LOOKS[job.state]}`}>{w.states[job.state]}</span>
                  {isRunning(job) && job.total > 0 && <span>{shareOf(job.done, job.total)}</span>}
                  <span>{w.begun(showMoment(job.created_at), job.created_by)}</span>
                  {job.files.length > 0 && <span>{job.files.map((file) => file.name).slice(0, 3).join(', ')}{job.files.length > 3 && ' …'}</span>}
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : <Empty>{w.none}</Empty>)}
      {isNew && <NewImport onClose={() => setNew(false)} />}
    </section>
  )
}

function NewImport({ onClose }: { onClose: () => void }) {
  const w = words.value.imports
  const [source, setSource] = useState<DeskImport['source']>('wordpress')
  const create = () => attempt(async () => {
    const { id } = await take(api.POST('/v1/admin/imports', { body: { source } }))
    onClose()
    go(`/admin/imports/${id}`)
  })
  return (
    <Dialog title={w.newImport} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void create() }}>
        <fieldset class="bare sources">
          <legend>{w.from}</legend>
          {SOURCES.map((name) => (
            <label key={name} class="check">
              <input type="radio" name="source" value={name} checked={name === source} onChange={() => setSource(name)} /> <span>{w.sources[name]}<small>{w.exporting[name]}</small></span>
            </label>
          ))}
        </fieldset>
        <footer><button class="main">{w.open}</button></footer>
      </form>
    </Dialog>
  )
}
