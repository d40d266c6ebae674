/** What is kept back on the server: listed, shown, released by request, and removed when its time is over. */

import type { Account } from '../accounts.ts'
import type { Done } from '../administration/people.ts'
import { readIncoming } from '../mail/smtp/message.ts'
import { SmtpReply } from '../mail/smtp/reply.ts'
import { authorOf, evidenceOf, type Judge, judgeFor, verdictField } from '../mail/smtp/verdict.ts'
import type { Quarantined, QuarantinedMessage, QuarantineStore } from '../store/quarantine.ts'
import { type NextHop, sendOn } from './next-hop.ts'

export type Quarantine = {
  /** Newest first. */
  list(user: string): Promise<readonly Quarantined[]>
  get(user: string, id: number): Promise<QuarantinedMessage | undefined>
  /** Sends the message on to its mailbox. `admitted`: the recipient's whitelist admits it by now. */
  release(user: string, id: number): Promise<Done<{ readonly admitted: boolean }>>
  /** Answers how many messages were removed. */
  expire(): Promise<number>
}

export type QuarantineParts = Judge & {
  readonly quarantine: QuarantineStore
  readonly accounts: { byId(id: string): Promise<Account | undefined> }
  readonly next: NextHop
  readonly release: 'hold' | 'pass'
  readonly days: number
}

/**
 * The level of a verdict that says `pass` because somebody released the message. No entry asks for this level, so no
 * client takes it for proof of who wrote the message: it stays among the held ones, and only other programs that sort
 * mail by the verdict treat it as passed.
 */
export const releasedLevel = 'released'

const dayMs = 24 * 3_600_000

export function createQuarantine(parts: QuarantineParts): Quarantine {
  const { quarantine, clock } = parts
  return {
    list: (user) => quarantine.ofUser(user),
    get: (user, id) => quarantine.get(user, id),
    release: (user, id) => release(parts, user, id),
    expire: () => quarantine.removeBefore(clock.now() - parts.days * dayMs),
  }
}

async function release(
  parts: QuarantineParts,
  user: string,
  id: number,
): Promise<Done<{ readonly admitted: boolean }>> {
  const kept = await parts.quarantine.get(user, id)
  if (!kept) return { ok: false, why: `there is no message ${id} in the quarantine of ${JSON.stringify(user)}` }
  const account = await parts.accounts.byId(user)
  if (!account) return { ok: false, why: `${JSON.stringify(user)} is disabled` }
  const message = readIncoming(kept.raw)
  const evidence = evidenceOf(parts, message, kept.login === '' ? undefined : kept.login)
  // A newer list judges again (I6): what it admits passes as if it had just come.
  const judged = await judgeFor(parts, account, evidence)
  const admitted = judged.found.verdict === 'admit'
  const field =
    admitted || parts.release === 'hold'
      ? judged.field
      : await verdictField(
          parts,
          { recipient: account, view: judged.view, evidence },
          {
            from: authorOf(judged.found),
            level: releasedLevel,
            verdict: 'pass',
          },
        )
  const released = { fields: [field, ...message.fields], body: message.body }
  try {
    await sendOn(parts.next, [{ from: kept.return_path, to: [kept.recipient], message: released, utf8: false }])
  } catch (error) {
    const why = error instanceof SmtpReply ? `${error.responseCode} ${error.message}` : 'it does not answer'
    return { ok: false, why: `the mail server did not take the message: ${why}` }
  }
  // Only now: a message that is nowhere is worse than one that comes twice.
  await parts.quarantine.remove([id])
  return { ok: true, value: { admitted } }
}
