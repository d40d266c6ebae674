/** Puts a message into local INBOXes: from a login with the gateway's verdict, from outside without one. */

import { judgeIncoming } from '../../../shared/guard.ts'
import { splitMessage } from '../../../shared/header.ts'
import { makeVerdict } from '../../../shared/whitelist/verdict.ts'
import type { Account } from '../../accounts.ts'
import type { Clock } from '../../clock.ts'
import { primitives } from '../../keys/primitives.ts'
import type { ListStore } from '../../store/lists.ts'
import type { Added, Delivery, MailStore } from '../../store/mail-store.ts'
import type { Whitelists } from '../../whitelists.ts'
import type { MailNotifier } from '../imap/notifier.ts'
import { summarise } from '../summary.ts'
import { bytesOf, type CleanMessage } from './message.ts'

export type Deliverer = {
  readonly mail: MailStore
  readonly lists: Pick<ListStore, 'ofUser'>
  readonly whitelists: Whitelists
  readonly notifier: MailNotifier
  readonly clock: Clock
  /** G: `secret` is read for each message, since a rotation replaces it. */
  readonly gatewayKey: { readonly secret: Uint8Array }
}

export type FromLogin = {
  readonly sender: Account
  readonly senderKey: string
  readonly messageId: string
  readonly message: CleanMessage
  readonly recipients: readonly Account[]
  /** Received field, whole. */
  readonly trace: string
}

/** One transaction for all recipients; returns when it is on the disk. */
export async function deliverFromLogin(deliverer: Deliverer, job: FromLogin): Promise<void> {
  const { sender, message, messageId, trace } = job
  const submission = { account: sender.id, messageId }
  const summary = summarise(bytesOf(message))
  const deliveries: Delivery[] = []
  for (const recipient of job.recipients) {
    const fields = [
      `Return-Path: <${sender.address}>`,
      await verdictField(deliverer, recipient, job),
      trace,
      ...message.fields,
    ]
    const raw = bytesOf({ fields, body: message.body })
    const stored = { raw, summary, flags: [], received: deliverer.clock.now() }
    deliveries.push({ account: recipient.id, submission, message: stored })
  }
  await deliver(deliverer, deliveries)
}

export type FromOutside = {
  readonly message: CleanMessage
  readonly recipients: readonly Account[]
  readonly returnPath: string
  readonly trace: string
}

export async function deliverFromOutside(deliverer: Deliverer, job: FromOutside): Promise<void> {
  const { message, returnPath, trace } = job
  const raw = bytesOf({ fields: [`Return-Path: <${returnPath}>`, trace, ...message.fields], body: message.body })
  const stored = { raw, summary: summarise(raw), flags: [], received: deliverer.clock.now() }
  await deliver(
    deliverer,
    job.recipients.map(({ id }) => ({ account: id, message: stored })),
  )
}

async function deliver({ mail, notifier, clock }: Deliverer, deliveries: readonly Delivery[]): Promise<void> {
  const added: readonly Added[] = await mail.deliver(deliveries, clock.now())
  for (const { folder, uid, modseq } of added) {
    notifier.publish(folder.account, folder.id, [{ command: 'EXISTS', uid, modseq }])
  }
}

/** The verdict by the recipient's own list: `pass` where it admits the author at the level its entry asks, else `hold`. */
async function verdictField(deliverer: Deliverer, recipient: Account, job: FromLogin): Promise<string> {
  const { whitelists, lists, clock, gatewayKey } = deliverer
  const view = await whitelists.viewOf(recipient.id)
  const list = await lists.ofUser(recipient.id)
  const message = splitMessage(bytesOf(job.message))
  const judged = judgeIncoming(view?.list, {
    now: clock.now(),
    self: recipient.address,
    unicode: view?.unicode ?? false,
    message,
    login: job.senderKey,
    dkim: [],
  })
  const facts = {
    mid: job.messageId,
    from: job.senderKey,
    level: 'login',
    verdict: judged.verdict === 'admit' ? ('pass' as const) : ('hold' as const),
    lst: list?.id ?? recipient.id,
    ep: view?.epoch ?? 0,
    ver: view?.version ?? 0,
  }
  return `X-Kith-Verdict: ${makeVerdict(primitives, facts, message, gatewayKey.secret)}`
}
