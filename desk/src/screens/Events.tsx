import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { attempt } from '../shell/notices'
import { may } from '../shell/session'
import { showDate, showMoment, today } from '../time'
import { ByLanguage, toChange, withoutEmpty } from '../ui/ByLanguage'
import { Dialog } from '../ui/Dialog'
import { Checkbox, Input, valueOf } from '../ui/Field'
import { MomentInput } from '../ui/MomentInput'
import { TagPicker } from '../ui/TagPicker'
import { useData } from '../ui/data'
import { Empty, Pending, Screen } from '../ui/parts'
import { words } from '../words'

type Event = Schema['ManagedEvent']

const isDay = (text: string): boolean => text.length === 10
const show = (text: string): string => (isDay(text) ? showDate(text) : showMoment(text))
const titleOf = (event: Event): string => event.titles[words.value.locale] ?? Object.values(event.titles)[0] ?? ''

/** What takes place, and when readers hear of it; what is to come first. */
export function Events() {
  const w = words.value
  const [opened, setOpened] = useState<Event | 'new' | null>(null)
  const events = useData(() => take(api.GET('/v1/admin/events')), [])
  const lastDay = (event: Event) => (event.ends ?? event.starts).slice(0, 10)
  const byStart = [...events.data ?? []].sort((one, other) => (one.starts < other.starts ? -1 : 1))
  const parts: [string, Event[]][] = [
    [w.toCome, byStart.filter((event) => lastDay(event) >= today())],
    [w.past, byStart.filter((event) => lastDay(event) < today()).reverse()],
  ]
  return (
    <Screen title={w.events} actions={may('events:write') && <button type="button" class="main" onClick={() => setOpened('new')}>{w.newEvent}</button>}>
      <Pending of={events} />
      {events.data?.length === 0 && <Empty>{w.noEvents}</Empty>}
      {parts.map(([name, rows]) => rows.length > 0 && (
        <section key={name}>
          <h2>{name}</h2>
          <ul class="rows">
            {rows.map((event) => (
              <li key={event.id}>
                <div class="row-text">
                  <button type="button" class="plain" onClick={() => setOpened(event)}>{titleOf(event)}</button>
                  <p class="row-facts"><strong>{show(event.starts)}</strong>{event.ends && <span>– {show(event.ends)}</span>}<span>{event.place}</span>
                    {!event.is_public && <span class="badge">{w.notPublic}</span>}</p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {opened && <EventDialog event={opened === 'new' ? null : opened} onClose={() => { setOpened(null); events.reload() }} />}
    </Screen>
  )
}

function EventDialog({ event, onClose }: { event: Event | null; onClose: () => void }) {
  const w = words.value
  const [titles, setTitles] = useState(event?.titles ?? {})
  const [descriptions, setDescriptions] = useState(event?.descriptions ?? {})
  const [isWhole, setWhole] = useState(event ? isDay(event.starts) : false)
  const [starts, setStarts] = useState<string | null>(event?.starts ?? null)
  const [ends, setEnds] = useState<string | null>(event?.ends ?? null)
  const [place, setPlace] = useState(event?.place ?? '')
  const [url, setUrl] = useState(event?.url ?? '')
  const [tags, setTags] = useState(event?.tags ?? [])
  const [announced, setAnnounced] = useState(event?.announce_at ?? null)
  const [withdrawn, setWithdrawn] = useState(event?.withdraw_at ?? null)
  const save = () => attempt(async () => {
    const facts = { starts: starts!, ends, place: place.trim() || null, url: url.trim() || null, tags, announce_at: announced, withdraw_at: withdrawn }
    if (event) {
      await take(api.PATCH('/v1/admin/events/{event_id}', {
        params: { path: { event_id: event.id }, header: ifMatch(event.revision) }, body: { ...facts, titles: toChange(titles), descriptions: toChange(descriptions) },
      }))
    } else await take(api.POST('/v1/admin/events', { body: { ...facts, titles: withoutEmpty(titles), descriptions: withoutEmpty(descriptions) } }))
    onClose()
  }, w.savedText)
  const remove = ({ id, revision }: Event) => attempt(async () => {
    await get(api.DELETE('/v1/admin/events/{event_id}', { params: { path: { event_id: id }, header: ifMatch(revision) } }))
    onClose()
  }, w.removed)
  const moment = (label: string, value: string | null, set: (value: string | null) => void, isRequired = false) => (
    isWhole && set !== setAnnounced && set !== setWithdrawn
      ? <Input label={label} type="date" required={isRequired} value={value ?? ''} onInput={(change) => set(valueOf(change) || null)} />
      : <MomentInput label={label} required={isRequired} value={value ? new Date(value) : null} onChange={(instant) => set(instant?.toISOString() ?? null)} />
  )
  return (
    <Dialog title={event ? titleOf(event) : w.newEvent} onClose={onClose}>
      <form onSubmit={(submitted) => { submitted.preventDefault(); void save() }}>
        <fieldset class="bare" disabled={!may('events:write')}>
          <ByLanguage label={w.title} value={titles} onChange={setTitles} />
          <Checkbox label={w.wholeDays} checked={isWhole} onChange={(change) => { setWhole(change.currentTarget.checked); setStarts(null); setEnds(null) }} />
          <div class="row" key={String(isWhole)}>{moment(w.starts, starts, setStarts, true)}{moment(w.endsAt, ends, setEnds)}</div>
          <div class="row">
            <Input label={w.place} value={place} onInput={(change) => setPlace(valueOf(change))} />
            <Input label={w.address} type="url" value={url} onInput={(change) => setUrl(valueOf(change))} />
          </div>
          <ByLanguage label={w.description} rows={3} value={descriptions} onChange={setDescriptions} />
          <TagPicker label={w.tags} value={tags} lang={w.locale} onChange={setTags} />
          <details>
            <summary>{w.whenPublic}</summary>
            <div class="row">{moment(w.announcedAt, announced, setAnnounced)}{moment(w.withdrawnAt, withdrawn, setWithdrawn)}</div>
          </details>
        </fieldset>
        {may('events:write') && (
          <footer>
            {event && <button type="button" class="danger" onClick={() => { if (confirm(w.removeSure(titleOf(event)))) void remove(event) }}>{w.remove}</button>}
            <button class="main" disabled={!starts || !Object.values(titles).some((title) => title.trim())}>{w.save}</button>
          </footer>
        )}
      </form>
    </Dialog>
  )
}
