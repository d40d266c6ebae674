/** What is to be said of an admitted message: what its proof leaves open (I4), and what looks like a replay (I11). */
import { addressKey } from '../address.ts'
import { parseMailboxes, type RawMessage } from '../header.ts'
import { coverageOf } from './coverage.ts'
import type { IncomingFacts, ListedContact } from './facts.ts'

/** Absent: there is nothing to say. */
export type Notices = {
  /** I4: To or Cc stands there and is not covered by the proof. */
  readonly claimedRecipients?: true
  /** I11: the covered To and Cc name somebody, and not the reader. */
  readonly notAddressed?: true
  /** I11: the covered Date, where it is more than a day from arrival. Milliseconds since the epoch. */
  readonly writtenAt?: number
}

const day = 86_400_000

/** `at`: when the message arrived, in milliseconds since the epoch. */
export function noticesOf(
  { message, self, unicode }: Pick<IncomingFacts, 'message' | 'self' | 'unicode'>,
  contact: Pick<ListedContact, 'key' | 'level'>,
  at: number,
): Notices {
  const covers = coverageOf(message, contact)
  const fields = message.fields.filter(({ name }) => name === 'to' || name === 'cc')
  const selfKey = addressKey(self)
  const namesSelf = fields.some(({ value }) => {
    const parsed = parseMailboxes(value, { unicode })
    return parsed.ok && parsed.value.some(({ address }) => address.key === selfKey)
  })
  const written = covers('date') ? writtenAt(message) : undefined
  return {
    ...(fields.every(({ name }) => covers(name)) ? {} : { claimedRecipients: true }),
    ...(fields.some(({ name }) => covers(name)) && !namesSelf ? { notAddressed: true } : {}),
    ...(written !== undefined && Math.abs(written - at) > day ? { writtenAt: written } : {}),
  }
}

/** The message's Date in milliseconds since the epoch; undefined where it is not one (RFC 5322 section 3.3). */
export function writtenAt({ fields }: Pick<RawMessage, 'fields'>): number | undefined {
  const [date, another] = fields.filter(({ name }) => name === 'date')
  const text = date?.value.slice(0, 200).replace(/[ \t]+/g, ' ') ?? ''
  const time = another === undefined && dateForm.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

/** Date.parse guesses at much else. */
const dateForm =
  /^(?:[A-Za-z]{3}, ?)?\d{1,2} [A-Za-z]{3} \d{4} \d{1,2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|[A-Z]{1,4})(?: \([^()]*\))?$/
