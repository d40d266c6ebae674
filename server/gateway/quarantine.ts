/** What is kept back on the server: sent on once it is released, and removed when its time is over. */
import type { Account } from '../accounts/accounts.ts'
import { tellNews } from '../lists/nudge.ts'
import { bytesOf, readIncoming } from '../mail/smtp/message.ts'
import { authorOf, evidenceOf, type Judge, judgeFor, verdictField } from '../mail/smtp/verdict.ts'
import type { Store } from '../store/store.ts'
import { type NextHop, sendOn } from './next-hop.ts'

/** The errands of the quarantine, which a gateway does by the clock; keeping back is `dispatch.ts`'s. */
export type Quarantine = {
  /** Sends what was released to its mailbox; of several gateways one sends it. Answers how many went. */
  sendReleased(): Promise<number>
  /** Answers how many messages were removed. */
  expire(): Promise<number>
}

/**
 * What messages are sent on with. `release`: whether a released message says `hold` or `pass` in its verdict; `days`:
 * how long one is kept.
 */
export type QuarantineParts = Judge & {
  readonly store: Pick<Store, 'quarantine' | 'transaction'>
  readonly accounts: { byId(id: string): Promise<Account | undefined> }
  readonly next: NextHop
  readonly release: 'hold' | 'pass'
  readonly days: number
  /** Why one did not go; it is tried again. */
  readonly notSent: (error: unknown) => void
}

/**
 * The level of a verdict that says `pass` because somebody released the message. No entry asks for this level, so no
 * client takes it for proof of who wrote the message: it stays among the held ones, and only other programs that sort
 * mail by the verdict treat it as passed.
 */
const releasedLevel = 'released'

const dayMs = 24 * 3_600_000
/** A message that could not be sent, or whose gateway ended on the way, is tried again then: longer than sending takes. */
const againMs = 20 * 60_000

/** The quarantine over the store. Several gateways may send at once: each takes other messages. */
export function createQuarantine(parts: QuarantineParts): Quarantine {
  const { store, clock, days, notSent } = parts
  return {
    async sendReleased() {
      let sent = 0
      const now = clock.now()
      // Taken for 20 minutes: a gateway that ends on the way leaves the rest to the next look of another.
      for (const row of await store.quarantine.takeDue(now, now + againMs)) {
        try {
          if (await send(parts, row)) sent += 1
        } catch (error) {
          notSent(error)
        }
      }
      return sent
    },
    expire: () => store.quarantine.removeBefore(clock.now() - days * dayMs),
  }
}

type Row = { readonly user: string; readonly id: number }

/** False where there is nobody to send it to; throws what the mail server says against it. */
async function send(parts: QuarantineParts, { user, id }: Row): Promise<boolean> {
  const { store, clock } = parts
  const kept = await store.quarantine.get(user, id)
  const account = await parts.accounts.byId(user)
  if (!kept || !account) return false
  const message = readIncoming(kept.raw)
  const login = kept.login === '' ? undefined : kept.login
  const evidence = await evidenceOf(parts, message, { delivered: bytesOf(message), login })
  // A newer list judges again (I6): what it admits passes as if it had just come.
  const { found, view, field } = await judgeFor(parts, account, evidence)
  const isMarked = found.verdict === 'admit' || parts.release === 'hold'
  const passed = { from: authorOf(found), level: releasedLevel, verdict: 'pass' } as const
  const verdict = isMarked ? field : await verdictField(parts, { recipient: account, view, evidence }, passed)
  const released = { fields: [verdict, ...message.fields], body: message.body }
  await sendOn(parts.next, [{ from: kept.return_path, to: [kept.recipient], message: released, utf8: false }])
  // Only now: a message that is nowhere is worse than one that comes twice.
  await store.transaction(async (inside) => {
    await inside.quarantine.remove([id])
    await tellNews(inside, [user], clock.now())
  })
  return true
}
