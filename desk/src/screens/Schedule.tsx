import { useState } from 'preact/hooks'
import { api, ApiProblem, get, ifMatch, take } from '../api/client'
import type { ReleaseText } from '../api/types'
import { config, HOME } from '../config'
import { attempt, explain, notify } from '../shell/notices'
import { go, place } from '../shell/router'
import { may } from '../shell/session'
import { addDays, dayOf, instantsOf, localOf, mondayOf, showDay, showMoment, showTime, today } from '../time'
import { Dialog } from '../ui/Dialog'
import { Checkbox, Input, valueOf } from '../ui/Field'
import { MomentInput } from '../ui/MomentInput'
import { useData, useQuiet } from '../ui/data'
import { Chip, Empty, Pending, Screen, StateBadge } from '../ui/parts'
import { words } from '../words'

/** The first instant of a day by the house's clocks. */
const startOf = (day: string): Date => instantsOf(`${day}T00:00`)[0] ?? instantsOf(`${day}T01:00`)[0]!

/** What comes out and what ends, a week at a time, by the house's clocks. */
export function Schedule() {
  const w = words.value
  const monday = mondayOf(dayOf(place.value.query.get('week')))
  const [moved, setMoved] = useState<ReleaseText | null>(null)
  const [isNew, setNew] = useState(false)
  const days = Array.from({ length: 7 }, (_, index) => addDays(monday, index))
  const releases = useData(async () => {
    const query = { from: startOf(monday).toISOString(), to: new Date(startOf(addDays(monday, 7)).getTime() - 1).toISOString(), limit: 100 }
    return take(api.GET('/v1/admin/releases', { params: { query } }))
  }, [monday])
  const drop = (id: string, day: string) => {
    const release = releases.data?.find((candidate) => candidate.release === id)
    if (!release || localOf(new Date(release.at)).slice(0, 10) === day) return
    void attempt(async () => {
      await moveRelease(release, `${day}T${localOf(new Date(release.at)).slice(11)}`)
      releases.reload()
    }, w.moved)
  }
  const week = (start: string) => go(`/schedule?week=${start}`)
  return (
    <Screen title={w.schedule} actions={<>
      <button type="button" onClick={() => week(addDays(monday, -7))}>{w.weekBefore}</button>
      <button type="button" onClick={() => week(today())}>{w.thisWeek}</button>
      <button type="button" onClick={() => week(addDays(monday, 7))}>{w.weekAfter}</button>
      {may('articles:publish') && <button type="button" class="main" onClick={() => setNew(true)}>{w.together}</button>}
    </>}>
      <p class="help">{w.houseZone(config.zone)}</p>
      <Pending of={releases} />
      {releases.data && (
        <ol class="week">
          {days.map((day) => {
            const rows = releases.data!.filter((release) => localOf(new Date(release.at)).slice(0, 10) === day)
            return (
              <li key={day} class={day === today() ? 'day is-today' : 'day'} onDragOver={(event) => event.preventDefault()}
                onDrop={(event) => { event.preventDefault(); drop(event.dataTransfer!.getData('text/plain'), day) }}>
                <h2>{showDay(day)}</h2>
                {!rows.length && <p class="help">{w.nothingPlanned}</p>}
                {rows.map((release) => (
                  <ReleaseCard key={release.release + release.article + release.event} release={release} onMove={() => setMoved(release)} />
                ))}
              </li>
            )
          })}
        </ol>
      )}
      {moved && <MoveDialog release={moved} onClose={() => { setMoved(null); releases.reload() }} />}
      {isNew && <TogetherDialog onClose={() => { setNew(false); releases.reload() }} />}
    </Screen>
  )
}

function ReleaseCard({ release, onMove }: { release: ReleaseText; onMove: () => void }) {
  const w = words.value
  const canMove = may('articles:publish') && release.event === 'begins' && release.outcome === 'scheduled'
  return (
    <article class={`release ${release.event}`} draggable={canMove} onDragStart={(event) => event.dataTransfer!.setData('text/plain', release.release)}>
      <p><strong>{showTime(release.at)}</strong> {w.releaseEvents[release.event]}</p>
      <p><a href={`${HOME}/articles/${release.article}`} lang={release.lang}>{release.title}</a></p>
      <p class="row-facts"><span>{release.lang}</span>{release.texts > 1 && <span>{w.texts(release.texts)}</span>}{release.replaces && <span>{w.replaces}</span>}
        {canMove && <button type="button" class="plain" aria-label={w.moveOf(release.title)} onClick={onMove}>{w.move}</button>}</p>
    </article>
  )
}

async function moveRelease(release: ReleaseText, at: string): Promise<void> {
  await take(api.PATCH('/v1/admin/releases/{release_id}', {
    params: { path: { release_id: release.release }, header: ifMatch(release.revision) }, body: { at },
  }))
}

/** Moves or cancels a release with all its texts. */
function MoveDialog({ release, onClose }: { release: ReleaseText; onClose: () => void }) {
  const w = words.value
  const [at, setAt] = useState<Date | null>(new Date(release.at))
  const [error, setError] = useState<string | null>(null)
  const perform = async (act: () => Promise<void>, done: string) => {
    try {
      await act()
      notify(done)
      onClose()
    } catch (problem) {
      setError(explain(problem))
    }
  }
  const cancel = async () => {
    await get(api.DELETE('/v1/admin/releases/{release_id}', {
      params: { path: { release_id: release.release }, header: ifMatch(release.revision) },
    }))
  }
  return (
    <Dialog title={w.moveOf(release.title)} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (at) void perform(() => moveRelease(release, at.toISOString()), w.moved) }}>
        {release.texts > 1 && <p class="warning">{w.allMove(release.texts)}</p>}
        <MomentInput label={w.comesOutAt} value={at} onChange={setAt} required />
        {error && <p class="error" role="alert">{error}</p>}
        <footer>
          <button type="button" class="danger" onClick={() => void perform(cancel, w.actsDone.cancel)}>{w.acts.cancel}</button>
          <button class="main" disabled={!at}>{w.move}</button>
        </footer>
      </form>
    </Dialog>
  )
}

/** Schedules several texts for one instant: all come out then, or none is scheduled. */
function TogetherDialog({ onClose }: { onClose: () => void }) {
  const w = words.value
  const [text, setText] = useState('')
  const q = useQuiet(text)
  const [at, setAt] = useState<Date | null>(null)
  const [chosen, setChosen] = useState<{ id: string; title: string; text: number }[]>([])
  const [errors, setErrors] = useState<string[]>([])
  const articles = useData(() => take(api.GET('/v1/admin/articles', {
    params: { query: { state: 'approved,draft,in_review', limit: 10, ...(q ? { q } : {}) } },
  })), [q])
  const perform = async () => {
    try {
      await take(api.POST('/v1/admin/releases', {
        body: { at: at!.toISOString(), items: chosen.map((item) => ({ article: item.id, text_revision: item.text })) },
      }))
      notify(w.actsDone.schedule)
      onClose()
    } catch (problem) {
      const details = problem instanceof ApiProblem ? problem.body.errors ?? [] : []
      const named = details.map((detail) => `${chosen[Number(/\/items\/(\d+)/.exec(detail.pointer ?? '')?.[1])]?.title ?? ''}: ${detail.message}`)
      setErrors(named.length ? named : [explain(problem)])
    }
  }
  return (
    <Dialog title={w.together} onClose={onClose} wide>
      <form onSubmit={(event) => { event.preventDefault(); void perform() }}>
        <p>{w.togetherHelp}</p>
        <MomentInput label={w.comesOutAt} value={at} onChange={setAt} required />
        <ul class="chips">
          {chosen.map((item) => <Chip key={item.id} name={item.title} onRemove={() => setChosen(chosen.filter((other) => other !== item))} />)}
        </ul>
        <Input label={w.search} type="search" value={text} onInput={(event) => setText(valueOf(event))} />
        {articles.data?.length ? articles.data.map((article) => (
          <div key={article.id} class="choice-line">
            <Checkbox label={`${article.title} (${article.lang})`} checked={chosen.some((item) => item.id === article.id)}
              onChange={(event) => setChosen(event.currentTarget.checked
                ? [...chosen, { id: article.id, title: article.title, text: article.text_revision }]
                : chosen.filter((item) => item.id !== article.id))} />
            <StateBadge state={article.state} />
          </div>
        )) : <Empty>{w.nothingHere}</Empty>}
        {errors.map((error) => <p key={error} class="error" role="alert">{error}</p>)}
        <footer><button class="main" disabled={!at || !chosen.length}>{at ? w.scheduleFor(showMoment(at)) : w.acts.schedule}</button></footer>
      </form>
    </Dialog>
  )
}
