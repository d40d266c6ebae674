/** Times that somebody gives: ISO 8601 alone, since every other way of writing them has two readings. */
import { z } from 'zod'

/** A day, or a moment with its zone; the first of a day where no time is given, in UTC. */
const form =
  /^(\d{4}-\d\d-\d\d)(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/

/** Just before the year 2201: whoever gives a later one has mistyped it. */
export const lastMoment = Date.parse('2200-12-31T23:59:59.999Z')

/** What a date has to look like, for whoever gave another. */
export const momentWords =
  'a date is ISO 8601, such as 2030-01-31 or 2030-01-31T18:00:00+01:00, from 1970 to the year 2200'

/** Milliseconds since the epoch; undefined for what is no date. */
export function momentOf(text: string): number | undefined {
  const day = form.exec(text)?.[1]
  const time = day === undefined ? Number.NaN : Date.parse(text)
  // The 31st of a short month would be taken for the 1st of the next.
  if (day === undefined || !isDay(day)) return undefined
  return time >= 0 && time <= lastMoment ? time : undefined
}

function isDay(day: string): boolean {
  const time = Date.parse(day)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}

/** When something ends, as a person or another program says it. */
export const expiryText = z.string().refine((text) => text === 'never' || momentOf(text) !== undefined, momentWords)

/** The same, or milliseconds since the epoch, as Kith's own parts hand it on. */
export const expirySchema = z.union([z.number().int().min(0).max(lastMoment, momentWords), expiryText])
