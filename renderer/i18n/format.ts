/** Times, days, numbers and names as each language writes them. */
import type { Language } from '../../shared/language.ts'

/** Time spans in milliseconds, largest first, as Intl names them. */
const spans = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** "3 minutes ago" in the language; undefined when it is less than a minute. */
export function formatAge(language: Language, at: number, now: number): string | undefined {
  const passed = Math.max(0, now - at)
  const span = spans.find(([, length]) => passed >= length)
  if (!span) return undefined
  const [unit, length] = span
  return new Intl.RelativeTimeFormat(language, { numeric: 'always' }).format(-Math.floor(passed / length), unit)
}

/** Hours and minutes. */
export function formatTime(language: Language, at: number): string {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(at)
}

/** The day, month and year. */
export function formatDate(language: Language, at: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(at)
}

/** The day with hours and minutes. */
export function formatMoment(language: Language, at: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' }).format(at)
}

/** A whole number with the language's separators. */
export function formatNumber(language: Language, value: number): string {
  return new Intl.NumberFormat(language).format(value)
}

/** Names one after another, with the language's comma; Intl would put an "and" before the last. */
export function formatNames(language: Language, names: readonly string[]): string {
  return names.join(language === 'en' ? ', ' : '、')
}

/** Days between two moments by the local calendar: 0 for the same day, 1 for the day before. */
export function daysBetween(at: number, now: number): number {
  // Taken as UTC days: a day of 23 or 25 hours, where summer time begins or ends, counts as one all the same.
  const midnight = (time: number) => {
    const day = new Date(time)
    return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate())
  }
  return Math.round((midnight(now) - midnight(at)) / 86_400_000)
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1)
}

/** A day separator: today, yesterday, then the weekday with the date. */
export function formatDay(language: Language, at: number, now: number): string {
  const days = daysBetween(at, now)
  if (days === 0 || days === 1) {
    return capital(new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day'))
  }
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long', ...year }).format(at)
}

/** In a list: the time today, the weekday this week, the date before. */
export function formatShort(language: Language, at: number, now: number): string {
  const days = daysBetween(at, now)
  if (days <= 0) return formatTime(language, at)
  if (days < 7) return new Intl.DateTimeFormat(language, { weekday: 'short' }).format(at)
  // Less than a year, so that the same day of last year is never meant.
  if (days < 300) return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }).format(at)
  return new Intl.DateTimeFormat(language, { dateStyle: 'short' }).format(at)
}

/** m:ss, as on a clock that runs down. */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
