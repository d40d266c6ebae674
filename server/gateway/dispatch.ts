/**
 * What becomes of a message that was accepted: everybody with an account gets a copy with the verdict by their own list
 * (nobody learns from it who else got the message), the others get it without one, signed where it is of this
 * organisation. What a list does not admit is marked or kept back, as the settings say.
 */
import { cleanAddressText } from '../../shared/address.ts'
import { splitMessage } from '../../shared/header.ts'
import { subjectOf } from '../../shared/text/subject.ts'
import { signatureFor } from '../../shared/whitelist/mail-signature.ts'
import { messageIdOf } from '../../shared/whitelist/verdict.ts'
import type { Account } from '../accounts/accounts.ts'
import { primitives } from '../ground/primitives.ts'
import { type Job, recordSent } from '../mail/smtp/deliver.ts'
import { bytesOf } from '../mail/smtp/message.ts'
import { type Evidence, evidenceOf, type Judge, type Judged, judgeFor } from '../mail/smtp/verdict.ts'
import type { Decision } from '../monitoring/metrics.ts'
import type { NewQuarantined, QuarantineStore } from '../store/quarantine.ts'
import { type Copy, type NextHop, sendOn } from './next-hop.ts'

type Dispatcher = Judge & {
  readonly quarantine: QuarantineStore
  readonly next: NextHop
  readonly held: 'mark' | 'quarantine'
  readonly decided: (decision: Decision) => void
}

/**
 * Judges the message for each recipient and sends it on or keeps it. Throws where the next server does not take it:
 * then nothing is kept, and the sender tries again.
 */
export async function dispatchMessage(dispatcher: Dispatcher, job: Job): Promise<void> {
  const evidence = await evidenceOf(dispatcher, job.message, {
    delivered: bytesOf(job.message),
    login: job.login?.key,
  })
  const copies: Copy[] = []
  const kept: ReturnType<typeof rowOf>[] = []
  const others: string[] = []
  for (const { text, account } of job.recipients) {
    if (!account) {
      others.push(text)
      continue
    }
    const judged = await judgeFor(dispatcher, account, evidence)
    const isHeld = judged.found.verdict === 'hold'
    dispatcher.decided(isHeld ? 'held' : 'passed')
    // One copy for each recipient: the verdict in it is by that recipient's list.
    if (isHeld && dispatcher.held === 'quarantine') kept.push(rowOf(text, account, judged))
    else copies.push(copyFor(job, [text], [judged.field]))
  }
  if (others.length > 0) copies.push(copyFor(job, others, signed(dispatcher, job, evidence)))
  // First what is ours to keep: if the rest fails it is taken back, and the sender tries again.
  const ids = kept.length === 0 ? [] : await dispatcher.quarantine.add(rowsOf(job, kept, dispatcher.clock.now()))
  try {
    await sendOn(dispatcher.next, copies)
  } catch (error) {
    await dispatcher.quarantine.remove(ids)
    throw error
  }
  recordSent(dispatcher, job)
}

/** What people of this organisation send elsewhere is signed by G: whoever lists that key knows them by it. */
function signed({ gatewayKey }: Dispatcher, { login }: Job, { message, hashes }: Evidence): readonly string[] {
  if (!login) return []
  const facts = { mid: messageIdOf(message), from: login.key, ...hashes }
  return [signatureFor(primitives, facts, gatewayKey.secret)]
}

function copyFor(job: Job, to: readonly string[], added: readonly string[]): Copy {
  const { message, returnPath, trace, utf8 } = job
  const fields = [...added, trace, ...message.fields]
  return { from: returnPath, to, message: { fields, body: message.body }, utf8 }
}

/** Characters of a subject that lists show. */
const maxSubject = 200

/** The bytes stand in memory once, whoever they are kept for. */
function rowsOf(job: Job, kept: readonly ReturnType<typeof rowOf>[], at: number): readonly NewQuarantined[] {
  const { message, returnPath, trace, login } = job
  const raw = Buffer.from(bytesOf({ fields: [trace, ...message.fields], body: message.body }))
  const subject = subjectOf(splitMessage(raw), maxSubject)
  const common = { at, return_path: returnPath, login: login?.key ?? '', subject, size: raw.length, told: 0, raw }
  return kept.map((row) => ({ ...row, ...common }))
}

function rowOf(recipient: string, account: Account, { found }: Judged) {
  return {
    user: account.id,
    recipient,
    rule: found.rule,
    reason: found.verdict === 'hold' ? found.reason : '',
    sender: found.verdict === 'hold' ? cleanAddressText(found.claimed.address) : '',
  }
}
