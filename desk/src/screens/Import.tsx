import { useEffect, useRef, useState } from 'preact/hooks'
import { api, get, take, type Schema } from '../api/client'
import { HOME } from '../config'
import { attempt } from '../shell/notices'
import { go } from '../shell/router'
import { showMoment } from '../time'
import { useData, useRefresh } from '../ui/data'
import { Pending, Screen } from '../ui/parts'
import { words } from '../words'
import { Choices } from './imports/Choices'
import { Files, hindrance } from './imports/Files'
import { isRunning, STATE_LOOKS, SureDialog } from './imports/parts'
import { Progress } from './imports/Progress'
import { Report, summarize, Undone, type Wish } from './imports/Report'
import { leaveFiles, readImport, sendings, type DeskImport } from './imports/sending'

type Reports = Schema['ImportReports']
type Question = 'import' | 'undo'

/** One import, from its first file to its end or its undoing. */
export function Import({ id }: { id: string }) {
  const w = words.value.imports
  const job = useData(() => readImport(id), [id])
  useRefresh(job, isRunning, 1_000)
  const onTheirWay = sendings.value.filter((one) => one.importId === id).length
  useEffect(() => { if (job.data) job.reload() }, [onTheirWay])
  const state = job.data?.state
  const reports = useData(async () => (state && state !== 'open' ? take(api.GET('/v1/admin/imports/{import_id}/reports', { params: { path: { import_id: id } } })) : null), [id, state, job.data?.updated_at])
  const remove = () => attempt(async () => {
    leaveFiles(id)
    await get(api.DELETE('/v1/admin/imports/{import_id}', { params: { path: { import_id: id } } }))
    go('/admin/imports')
  }, words.value.removed)
  return (
    <Screen title={job.data ? w.titles[job.data.source] : w.imports} actions={<>
      <a class="button" href={`${HOME}/admin/imports`}>{w.imports}</a>
      {job.data && !isRunning(job.data) && <button type="button" class="danger" onClick={() => { if (confirm(w.removeSure)) void remove() }}>{w.remove}</button>}
    </>}>
      <Pending of={job} />
      {job.data && <Stage job={job.data} reports={reports.data} onChanged={job.reload} />}
    </Screen>
  )
}

/** What an import is at, and what can be done next. */
function Stage({ job, reports, onChanged }: { job: DeskImport; reports: Reports | null; onChanged: () => void }) {
  const w = words.value.imports
  const [question, setQuestion] = useState<Question | null>(null)
  const params = { path: { import_id: job.id } }
  const act = (name: 'start' | 'stop' | 'undo') => attempt(async () => {
    await take(api.POST(`/v1/admin/imports/{import_id}/${name}`, { params }))
    onChanged()
  })
  const check = (options: DeskImport['options']) => attempt(async () => {
    await take(api.POST('/v1/admin/imports/{import_id}/check', { params, body: options }))
    onChanged()
  })
  const bring = ({ types, taxonomies }: Wish) => void check({
    ...job.options,
    types: { ...job.options.types, ...(types && { [types]: 'article' as const }) },
    taxonomies: [...job.options.taxonomies ?? [], ...(taxonomies ? [taxonomies] : [])],
  })
  const hasEnded = job.state === 'imported' || job.state === 'undone'
  const isTried = job.state === 'checked' || ((job.state === 'stopped' || job.state === 'failed') && !!reports?.check_report)
  const report = reports && reportOf(job, reports)
  const prepare = !hasEnded && !isRunning(job) && <>
    <Files job={job} onChanged={onChanged} />
    <Choices key={job.state === 'open' ? 'open' : job.updated_at} job={job} hindrance={hindrance(job)} label={job.state === 'open' ? w.tryIt : w.tryAgain} isMain={!isTried} onTry={check} />
  </>
  return (
    <>
      <Headline job={job} reports={reports} />
      {report && !report.balanced && <p class="warning narrow" role="alert">{w.unbalanced}</p>}
      {isRunning(job) && <Progress job={job} onStop={() => void act('stop')} />}
      {(isTried || hasEnded || job.can_undo) && !isRunning(job) && (
        <p class="acts-line">
          {isTried && (job.state === 'checked'
            ? <button type="button" class="main" onClick={() => setQuestion('import')}>{w.importNow}</button>
            : <button type="button" class="main" onClick={() => void act('start')}>{w.goOn}</button>)}
          {job.state === 'imported' && <a class="button main" href={`${HOME}/articles?order=changed`}>{w.seeArticles}</a>}
          {job.can_undo && <button type="button" class="danger" onClick={() => setQuestion('undo')}>{w.takeBack}</button>}
        </p>
      )}
      {report && <Report report={report} isTrial={job.state !== 'imported'} onBring={job.state === 'checked' ? bring : undefined} />}
      {job.state === 'undone' && reports?.undo_report && <Undone report={reports.undo_report} />}
      {isTried ? <details class="otherwise"><summary>{w.otherwise}</summary>{prepare}</details> : prepare}
      {question === 'import' && <SureDialog title={w.importSure} help={w.importHelp} act={w.importNow} onSure={() => act('start')} onClose={() => setQuestion(null)} />}
      {question === 'undo' && <SureDialog title={w.undoSure} help={w.undoHelp} act={w.takeBack} isDangerous onSure={() => act('undo')} onClose={() => setQuestion(null)} />}
    </>
  )
}

/** The state in a sentence, which is read out when it changes and takes the focus that a button leaves. */
function Headline({ job, reports }: { job: DeskImport; reports: Reports | null }) {
  const w = words.value.imports
  const place = useRef<HTMLDivElement>(null)
  const first = useRef(job.state)
  useEffect(() => {
    if (first.current === job.state) return
    first.current = job.state
    if (document.activeElement === document.body) place.current?.focus()
  }, [job.state])
  return (
    <div class="headline" ref={place} tabIndex={-1}>
      <p class="row-facts"><span class={`badge ${STATE_LOOKS[job.state]}`}>{w.states[job.state]}</span><span>{w.begun(showMoment(job.created_at), job.created_by)}</span></p>
      <div role="status"><p class="told">{sentenceOf(job, reports)}</p></div>
      {job.state === 'failed' && <div role="alert">
        <p class="error">{w.failures[job.failure_code ?? ''] ?? job.failure_message} <code>{job.failure_code}</code></p>
        {!w.failures[job.failure_code ?? ''] && <p>{w.failedHelp}</p>}
      </div>}
    </div>
  )
}

function sentenceOf(job: DeskImport, reports: Reports | null): string {
  const w = words.value.imports
  const types = Object.keys(job.options.types ?? {})
  if (job.state === 'checked' && reports?.check_report) return summarize(reports.check_report, true, types)
  if (job.state === 'imported' && reports?.import_report) return summarize(reports.import_report, false, types)
  if (job.state === 'undone' && reports?.undo_report) return w.undoSummary(reports.undo_report.undone['articles'] ?? 0, reports.undo_report.kept['articles'] ?? 0)
  return w.told[job.state]
}

/** The report that belongs to a state. */
function reportOf(job: DeskImport, reports: Reports): Reports['check_report'] {
  if (job.state === 'imported') return reports.import_report
  return job.state === 'checked' || job.state === 'stopped' || job.state === 'failed' ? reports.check_report : null
}
