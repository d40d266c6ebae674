/**
 * Submission (RFC 6409) with the guard in it: a login may send as itself, to whom its whitelist names, and no other
 * mail program or stolen password gains anything by coming here directly (protocol.md 8).
 */

import { parseAddress } from '../../../shared/address.ts'
import { judgeOutgoing, type OutgoingRecipient, type Refusal } from '../../../shared/guard.ts'
import { maxRecipients } from '../../../shared/message.ts'
import type { Account, Accounts } from '../../accounts.ts'
import type { WhitelistView } from '../../whitelists.ts'
import { maxConnections, maxMessageBytes } from '../limits.ts'
import type { MailLog } from '../ports.ts'
import type { Tasks } from '../tasks.ts'
import { collect } from './collect.ts'
import { type Deliverer, deliverFromLogin } from './deliver.ts'
import { readSubmitted } from './message.ts'
import { refused, SmtpReply, tryLater } from './reply.ts'
import { type SmtpData, type SmtpOptions, type SmtpSession, writtenAddress } from './strict-server.ts'
import { handled, received } from './trace.ts'

export type Submission = Deliverer & {
  readonly accounts: Pick<Accounts, 'check' | 'byAddress'>
  readonly domain: string
  readonly log: MailLog
  readonly tasks: Tasks
}

/** One connection's login, and its mail transaction so far. */
type State = {
  readonly account: Account
  readonly key: string
  refusals: Refusal[]
  /** By address key. */
  recipients: Map<string, { readonly text: string; readonly account: Account }>
}

export function submissionOptions(submission: Submission): SmtpOptions {
  const states = new WeakMap<SmtpSession, State>()
  const stateOf = (session: SmtpSession) => {
    const state = states.get(session)
    if (!state) throw new SmtpReply(530, '5.7.0 Sign in first')
    return state
  }
  return {
    name: submission.domain,
    size: maxMessageBytes,
    maxClients: maxConnections,
    maxRecipients,
    authMethods: ['PLAIN', 'LOGIN'],
    disabledCommands: ['XCLIENT', 'XFORWARD', 'STARTTLS'],
    onAuth({ username, password, authzid }, session, done) {
      const login = { username: username ?? '', password: password ?? '', acting: authzid }
      let answer: { readonly user?: string } = {}
      const signing = async () => {
        const account = await signIn(submission, login, session.remoteAddress)
        states.set(session, newState(account))
        answer = { user: account.id }
      }
      handled(submission, signing(), (error) => done(error, answer))
    },
    onMailFrom(_parsed, session, done) {
      const sender = { address: writtenAddress(session), utf8: session.envelope.smtpUtf8 === true }
      handled(submission, mailFrom(submission, stateOf(session), sender), done)
    },
    onRcptTo(_parsed, session, done) {
      handled(submission, rcptTo(submission, stateOf(session), writtenAddress(session)), done)
    },
    onData(stream, session, done) {
      handled(submission, data(submission, stateOf(session), { stream, session }), done)
    },
  }
}

function newState(account: Account): State {
  return { account, key: keyOf(account), refusals: [], recipients: new Map() }
}

function keyOf(account: Account): string {
  const parsed = parseAddress(account.address, { unicode: true })
  if (!parsed.ok) throw new Error('an account has an address that does not parse')
  return parsed.value.key
}

type SignIn = { readonly username: string; readonly password: string; readonly acting: string | undefined }
async function signIn(submission: Submission, login: SignIn, ip: string): Promise<Account> {
  const { username, password, acting } = login
  const wrong = new SmtpReply(535, '5.7.8 Wrong user name or password')
  // RFC 4616: nobody may act as somebody else.
  if (acting && acting !== username) throw wrong
  const checked = await submission.accounts.check(username, password, ip).catch(() => {
    throw new SmtpReply(454, '4.7.0 Temporary failure, try again later')
  })
  submission.log.info(
    'smtp.login',
    checked.ok ? { ok: true, account: checked.account.id } : { ok: false, kind: checked.kind },
  )
  if (checked.ok) return checked.account
  if (checked.kind === 'authFailed') throw wrong
  throw new SmtpReply(454, `4.7.0 Too many attempts, try again in ${Math.ceil(checked.retryAfter / 1_000)} s`)
}

type Sender = { readonly address: string; readonly utf8: boolean }

async function mailFrom(submission: Submission, state: State, { address, utf8 }: Sender): Promise<void> {
  state.refusals = []
  state.recipients = new Map()
  const known = await submission.accounts.byAddress(state.key)
  if (known?.id !== state.account.id) throw new SmtpReply(550, '5.7.1 This account is closed')
  const view = await submission.whitelists.viewOf(state.account.id)
  if (utf8 && !view?.unicode) throw new SmtpReply(550, '5.6.7 A2 Only ASCII addresses are accepted')
  const parsed = parseAddress(address, { unicode: view?.unicode ?? false })
  if (!parsed.ok || parsed.value.key !== state.key) {
    throw new SmtpReply(550, '5.7.1 I2 The sender must be your own address')
  }
}

/** Each recipient by the guard first (O1), then by whether there is such a mailbox. */
async function rcptTo(submission: Submission, state: State, address: string): Promise<void> {
  const view = await submission.whitelists.viewOf(state.account.id)
  const verdict = judge(submission, { state, view }, [{ field: 'envelope', text: address }])
  if (!verdict.allowed) {
    state.refusals.push(...verdict.refusals)
    throw refused(verdict.refusals)
  }
  for (const { key, text } of verdict.recipients) {
    const account = await submission.accounts.byAddress(key)
    if (!account) throw new SmtpReply(550, '5.1.1 There is no such mailbox here')
    state.recipients.set(key, { text, account })
  }
}

type Judged = { readonly state: State; readonly view: WhitelistView | undefined }

function judge(submission: Submission, { state, view }: Judged, recipients: readonly OutgoingRecipient[]) {
  return judgeOutgoing(view?.list, {
    now: submission.clock.now(),
    self: state.account.address,
    recipients,
    lease: view?.lease ?? 'over',
    onExpiry: view?.onExpiry ?? 'block',
    unicode: view?.unicode ?? false,
  })
}

type Incoming = { readonly stream: SmtpData; readonly session: SmtpSession }

async function data(submission: Submission, state: State, { stream, session }: Incoming): Promise<void> {
  const raw = await collect(stream)
  // One refused recipient stops the whole message (O1), also when the client goes on with the others.
  if (state.refusals.length > 0) throw refused(state.refusals)
  const view = await submission.whitelists.viewOf(state.account.id)
  const now = submission.clock.now()
  const author = { key: state.key, unicode: view?.unicode ?? false }
  const added = {
    messageId: `<${session.id}.${session.transaction}@${submission.domain}>`,
    date: new Date(now).toUTCString().replace('GMT', '+0000'),
  }
  const { message, recipients, messageId } = readSubmitted(raw, author, added)
  const envelope = [...state.recipients.values()].map(({ text }) => ({ field: 'envelope' as const, text }))
  // Judged again, with the list now in force (O3), and everybody the header names with it.
  const verdict = judge(submission, { state, view }, [...envelope, ...recipients])
  if (!verdict.allowed) throw refused(verdict.refusals)
  if (envelope.length === 0) throw tryLater()
  await deliverFromLogin(submission, {
    sender: state.account,
    senderKey: state.key,
    messageId,
    message,
    recipients: [...state.recipients.values()].map(({ account }) => account),
    trace: received(submission.domain, session, now),
  })
  submission.log.info('smtp.accepted', { account: state.account.id, recipients: envelope.length, bytes: raw.length })
  state.recipients = new Map()
}
