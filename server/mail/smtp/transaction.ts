/**
 * One mail transaction of a login under the guard, whoever checked the login: the embedded submission, or Postfix on
 * the gateway's behalf. A login may send as itself, to whom its whitelist names (protocol.md 8).
 */
import { addressKey, parseAddress } from '../../../shared/address.ts'
import { judgeOutgoing, type OutgoingRecipient, type OutgoingVerdict, type Refusal } from '../../../shared/guard.ts'
import type { Account, Accounts } from '../../accounts/accounts.ts'
import type { Clock } from '../../ground/clock.ts'
import type { Whitelists, WhitelistView } from '../../lists/whitelists.ts'
import type { MailLog } from '../ports.ts'
import type { Job, Recipient } from './deliver.ts'
import { readSubmitted } from './message.ts'
import { refusalReply, SmtpReply, somebodyRefused, tryLater } from './reply.ts'
import { type SmtpSession, worstReply } from './strict-server.ts'
import { received } from './trace.ts'

/** What a recipient is judged with. */
export type Guarding = {
  readonly accounts: Pick<Accounts, 'byAddress'>
  readonly whitelists: Whitelists
  readonly clock: Clock
}

/** The same for a door that also hands messages on; embedded mail and gateway differ in `reach` and `deliver` only. */
export type Sending = Guarding & {
  readonly domain: string
  readonly log: MailLog
  /** Who has the address here; throws the reply where mail to it goes nowhere from here. */
  readonly reach: (key: string) => Promise<Account | undefined>
  readonly deliver: (job: Job) => Promise<void>
}

/** `recipients`: by address key. */
export type Transaction = {
  readonly account: Account
  readonly key: string
  refusals: readonly Refusal[]
  recipients: Map<string, Recipient>
}

/** A transaction of this login, with nothing in it yet. */
export function transactionOf(account: Account): Transaction {
  const key = addressKey(account.address)
  if (key === undefined) throw new Error('an account has an address that does not parse')
  return { account, key, refusals: [], recipients: new Map() }
}

type Sender = { readonly address: string; readonly utf8: boolean }

/**
 * Begins the transaction anew at MAIL. Throws an `SmtpReply` where the account is closed or the sender is not its own
 * address (I2).
 */
export async function mailFrom(guarding: Guarding, transaction: Transaction, { address, utf8 }: Sender): Promise<void> {
  transaction.refusals = []
  transaction.recipients = new Map()
  const { account, key } = transaction
  // Asked at every message: a connection outlives the account that signed in on it.
  const known = await guarding.accounts.byAddress(key)
  if (known?.id !== account.id) throw new SmtpReply(550, '5.7.1 This account is closed')
  const view = await guarding.whitelists.viewOf(account.id)
  if (utf8 && !view?.unicode) throw new SmtpReply(550, '5.6.7 A2 Only ASCII addresses are accepted')
  const parsed = parseAddress(address, { unicode: view?.unicode ?? false })
  if (!parsed.ok || parsed.value.key !== key) {
    throw new SmtpReply(550, '5.7.1 I2 The sender must be your own address')
  }
}

/** A recipient of the envelope, by the guard (O1). */
export async function judgeRecipient(guarding: Guarding, account: Account, address: string): Promise<OutgoingVerdict> {
  const view = await guarding.whitelists.viewOf(account.id)
  return judge(guarding, { account, view }, [{ field: 'envelope', text: address }])
}

/** Each recipient by the guard first, then by whether mail gets there. */
export async function rcptTo(sending: Sending, transaction: Transaction, address: string): Promise<void> {
  const verdict = await judgeRecipient(sending, transaction.account, address)
  if (!verdict.allowed) {
    transaction.refusals = [...transaction.refusals, ...verdict.refusals]
    throw refusalReply(verdict.refusals)
  }
  for (const { key, text } of verdict.recipients) {
    transaction.recipients.set(key, { text, account: await sending.reach(key) })
  }
}

type Sent = { readonly raw: Uint8Array; readonly session: SmtpSession }

/**
 * Judges the whole message with the list now in force (O3) and hands it on. Throws an `SmtpReply` where anything is
 * refused: then nobody gets it.
 */
export async function data(sending: Sending, transaction: Transaction, { raw, session }: Sent): Promise<void> {
  const { account, key } = transaction
  // One refused recipient stops the whole message (O1), also when the client goes on with the others.
  if (transaction.refusals.length > 0) throw refusalReply(transaction.refusals)
  const worst = worstReply(session)
  if (worst !== undefined) throw worst < 500 ? tryLater() : somebodyRefused()
  const view = await sending.whitelists.viewOf(account.id)
  const now = sending.clock.now()
  const added = {
    messageId: `<${session.id}.${session.transaction}@${sending.domain}>`,
    date: new Date(now).toUTCString().replace('GMT', '+0000'),
  }
  const submitted = readSubmitted(raw, { key, unicode: view?.unicode ?? false }, added)
  const recipients = [...transaction.recipients.values()]
  const envelope = recipients.map(({ text }) => ({ field: 'envelope' as const, text }))
  // Judged again, with the list now in force (O3), and everybody the header names with it.
  const verdict = judge(sending, { account, view }, [...envelope, ...submitted.recipients])
  if (!verdict.allowed) throw refusalReply(verdict.refusals)
  if (recipients.length === 0) throw tryLater()
  await sending.deliver({
    message: submitted.message,
    recipients,
    returnPath: account.address,
    trace: received(sending.domain, session, now),
    utf8: session.envelope.smtpUtf8 === true,
    login: { account, key, messageId: submitted.messageId },
  })
  sending.log.info('smtp.accepted', { account: account.id, recipients: recipients.length, bytes: raw.length })
  transaction.recipients = new Map()
}

type Judging = { readonly account: Account; readonly view: WhitelistView | undefined }

function judge(
  { clock }: Guarding,
  { account, view }: Judging,
  recipients: readonly OutgoingRecipient[],
): OutgoingVerdict {
  return judgeOutgoing(view?.list, {
    now: clock.now(),
    self: account.address,
    recipients,
    lease: view?.lease ?? 'over',
    onExpiry: view?.onExpiry ?? 'block',
    unicode: view?.unicode ?? false,
  })
}
