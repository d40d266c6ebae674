/** Puts a message into local INBOXes, each copy with the verdict by its recipient's list. */
import { addressKey } from '../../../shared/address.ts'
import type { Account } from '../../accounts/accounts.ts'
import type { Added, Delivery, MailStore } from '../../store/mail/mail-store.ts'
import type { Apart } from '../apart/apart.ts'
import type { MailNotifier } from '../imap/notifier.ts'
import { bytesOf, type CleanMessage } from './message.ts'
import { evidenceOf, type Judge, judgeFor } from './verdict.ts'

/** `account`: who has this address here, if anybody. */
export type Recipient = { readonly text: string; readonly account: Account | undefined }

/** A message that was accepted, on its way to those whom it is for. */
export type Job = {
  readonly message: CleanMessage
  readonly recipients: readonly Recipient[]
  /** An address that parses, or empty. */
  readonly returnPath: string
  /** Received field, whole. */
  readonly trace: string
  /** The sender's server asked for SMTPUTF8 (RFC 6531). */
  readonly utf8: boolean
  /** Who submitted it; without, it came from outside. */
  readonly login?: { readonly account: Account; readonly key: string; readonly messageId: string }
}

type Deliverer = Judge & {
  readonly apart: Pick<Apart, 'hashes' | 'dkim' | 'summary'>
  readonly mail: MailStore
  readonly notifier: MailNotifier
}

/** One transaction for all recipients; returns when it is on the disk. */
export async function deliverHere(deliverer: Deliverer, job: Job): Promise<void> {
  const { mail, notifier, clock } = deliverer
  const { message, login } = job
  const delivered = bytesOf(message)
  const evidence = await evidenceOf(deliverer, message, { delivered, login: login?.key })
  const summary = await deliverer.apart.summary(delivered)
  const submission = login && { account: login.account.id, messageId: login.messageId }
  const deliveries: Delivery[] = []
  for (const { account } of job.recipients) {
    if (!account) continue
    const { field } = await judgeFor(deliverer, account, evidence)
    const fields = [`Return-Path: <${job.returnPath}>`, field, job.trace, ...message.fields]
    const stored = {
      // Made when it is stored: a large message for a hundred people is not held a hundred times.
      get raw() {
        return bytesOf({ fields, body: message.body })
      },
      summary,
      flags: [],
      received: clock.now(),
    }
    deliveries.push({ account: account.id, message: stored, ...(submission ? { submission } : {}) })
  }
  // All mailboxes in one transaction: a failure after half of them would make the sender's retry come twice to the
  // others.
  const added: readonly Added[] = await mail.deliver(deliveries, clock.now())
  for (const { folder, uid, modseq } of added) {
    notifier.publish(folder.account, folder.id, [{ command: 'EXISTS', uid, modseq }])
  }
  recordSent(deliverer, job)
}

/** Once a message is on its way: its author used these contacts. */
export function recordSent({ usage }: Judge, { login, recipients }: Job): void {
  if (!login) return
  usage?.sent(
    login.account.id,
    recipients.flatMap(({ text }) => addressKey(text) ?? []),
  )
}
