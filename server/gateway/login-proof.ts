/**
 * How the filter knows who submitted a message. Postfix tells a filter neither the login nor how it was proven, so the
 * policy service, which Postfix asks just before DATA, has a field put in front of the message that only the gateway
 * can make. It is for this one mail transaction of Postfix's, for this sender and these recipients, it proves once, and
 * for minutes. (The queue id would name the transaction, too, but a message has none before it is in the queue.) The
 * filter takes it out again: no client ever sees one, and a message without one is not passed on.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../ground/clock.ts'

/** Who submits what to whom; `key`: address key of the account, `recipients`: address keys of all that Postfix was answered yes for. */
export type ProvenSubmission = {
  readonly account: string
  readonly key: string
  readonly recipients: ReadonlySet<string>
}

/** The proofs that wait for their message: policy service and filter are one process. */
export type LoginProofs = {
  /** The field, whole. `instance`: Postfix's name for the mail transaction; a new proof for it ends the one before. */
  issue(instance: string, submission: ProvenSubmission): string
  /** What a line of the header proves, if it is a proof; the same line proves nothing a second time. */
  take(line: string): ProvenSubmission | undefined
}

const proofField = 'X-Kith-Login'

/** Milliseconds from Postfix's question to the message's first bytes: its client may take five minutes for them. */
const lifeMs = 10 * 60_000
/** Proofs that wait at a time: beyond it the oldest is forgotten, and its message is put off. */
const maxWaiting = 10_000

type Waiting = ProvenSubmission & { readonly word: Buffer; readonly until: number }

/** Nothing but memory: whoever restarts the gateway has the messages under way put off. */
export function createLoginProofs(clock: Clock): LoginProofs {
  const waiting = new Map<string, Waiting>()
  return {
    issue(instance, submission) {
      const now = clock.now()
      for (const [name, { until }] of waiting) {
        if (until > now && waiting.size < maxWaiting) break
        waiting.delete(name)
      }
      const word = randomBytes(32)
      waiting.delete(instance)
      waiting.set(instance, { ...submission, word, until: now + lifeMs })
      return `${proofField}: ${instance} ${word.toString('hex')}`
    },
    take(line) {
      const [instance = '', word = ''] = /^X-Kith-Login: (\S{1,100}) ([0-9a-f]{64})$/.exec(line)?.slice(1) ?? []
      const found = waiting.get(instance)
      if (!found || !timingSafeEqual(Buffer.from(word, 'hex'), found.word)) return undefined
      waiting.delete(instance)
      return found.until > clock.now() ? found : undefined
    },
  }
}
