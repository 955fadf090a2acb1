import { now } from './clock'
import { config } from './config'
import { words } from './words'

/** The instants at which the clocks of a zone show a local time: none, one or two. */
export function instantsOf(local: string, zone = config.zone): Date[] {
  const shown = Date.parse(`${local.slice(0, 16)}:00Z`)
  const candidates = [-1, 1].map((day) => shown - offsetAt(shown + day * 86_400_000, zone))
  const valid = candidates.filter((instant) => instant + offsetAt(instant, zone) === shown)
  return [...new Set(valid)].sort((one, other) => one - other).map((instant) => new Date(instant))
}

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  const whole = instant - (instant % 1_000)
  return Date.parse(`${localOf(new Date(whole), zone, true)}Z`) - whole
}

/** What a zone's clocks show at an instant, as `2030-01-31T09:00`. */
export function localOf(instant: Date, zone = config.zone, seconds = false): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
    hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(instant)
  const part = (type: string) => parts.find((candidate) => candidate.type === type)!.value.padStart(2, '0')
  const minute = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
  return seconds ? `${minute}:${part('second')}` : minute
}

export const today = (): string => localOf(new Date(now())).slice(0, 10)

/** The day that a text names, or today where it names none that has a week. */
export const dayOf = (text: string | null): string =>
  text && /^[12]\d{3}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : today()

export function addDays(day: string, count: number): string {
  const date = new Date(`${day}T12:00:00Z`)
  date.setUTCDate(date.getUTCDate() + count)
  return date.toISOString().slice(0, 10)
}

/** The Monday of a day's week. */
export const mondayOf = (day: string): string => addDays(day, -((new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7))

/** A moment in the house's zone, with the zone where it matters. */
export function showMoment(instant: string | Date, options: { zone?: boolean } = {}): string {
  return new Intl.DateTimeFormat(words.value.dates, {
    timeZone: config.zone, dateStyle: 'medium', timeStyle: 'short',
  }).format(new Date(instant)) + (options.zone ? ` (${config.zone})` : '')
}

export const showTime = (instant: string | Date): string =>
  new Intl.DateTimeFormat(words.value.dates, { timeZone: config.zone, timeStyle: 'short' }).format(new Date(instant))

export const showOffset = (instant: Date): string =>
  new Intl.DateTimeFormat('en', { timeZone: config.zone, timeZoneName: 'longOffset' })
    .formatToParts(instant).find((part) => part.type === 'timeZoneName')!.value

export const showDay = (day: string): string =>
  new Intl.DateTimeFormat(words.value.dates, {
    timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long',
  }).format(new Date(`${day}T12:00:00Z`))

export const showDate = (day: string): string =>
  new Intl.DateTimeFormat(words.value.dates, { timeZone: 'UTC', dateStyle: 'medium' }).format(new Date(`${day}T12:00:00Z`))

/** How long ago, in words; a date beyond a week. */
export function showAgo(instant: string): string {
  const minutes = Math.round((Date.parse(instant) - now()) / 60_000)
  const relative = new Intl.RelativeTimeFormat(words.value.dates, { numeric: 'auto' })
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute')
  if (Math.abs(minutes) < 60 * 24) return relative.format(Math.round(minutes / 60), 'hour')
  if (Math.abs(minutes) < 60 * 24 * 7) return relative.format(Math.round(minutes / 1440), 'day')
  return new Intl.DateTimeFormat(words.value.dates, { timeZone: config.zone, dateStyle: 'medium' }).format(new Date(instant))
}
