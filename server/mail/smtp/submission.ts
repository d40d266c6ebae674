/**
 * Submission (RFC 6409) with a login of our own checking and the guard in it: no other mail program or stolen password
 * gains anything by coming here directly (protocol.md 8).
 */
import { maxRecipients } from '../../../shared/message.ts'
import type { Account, Accounts } from '../../accounts/accounts.ts'
import { maxConnections, maxMessageBytes } from '../limits.ts'
import type { Tasks } from '../tasks.ts'
import { collect, createRoom } from './collect.ts'
import { notNowWords, SmtpReply } from './reply.ts'
import { type SmtpData, type SmtpOptions, type SmtpSession, writtenAddress } from './strict-server.ts'
import { handled } from './trace.ts'
import { data, mailFrom, rcptTo, type Sending, type Transaction, transactionOf } from './transaction.ts'

/** A sending door that checks logins itself. */
export type Submission = Sending & { readonly accounts: Pick<Accounts, 'check' | 'byAddress'>; readonly tasks: Tasks }

/** The door as an SMTP server: each connection signs in, and each of its messages is judged by the login's list. */
export function submissionOptions(submission: Submission): SmtpOptions {
  // One connection's login, and its mail transaction so far.
  const transactions = new WeakMap<SmtpSession, Transaction>()
  const transactionIn = (session: SmtpSession) => {
    const transaction = transactions.get(session)
    if (!transaction) throw new SmtpReply(530, '5.7.0 Sign in first')
    return transaction
  }
  const room = createRoom()
  const takeIn = (stream: SmtpData, session: SmtpSession) =>
    collect(stream, room, (raw) => data(submission, transactionIn(session), { raw, session }))
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
        transactions.set(session, transactionOf(account))
        answer = { user: account.id }
      }
      handled(submission, signing(), (error) => done(error, answer))
    },
    onMailFrom(_parsed, session, done) {
      const sender = { address: writtenAddress(session), utf8: session.envelope.smtpUtf8 === true }
      handled(submission, mailFrom(submission, transactionIn(session), sender), done)
    },
    onRcptTo(_parsed, session, done) {
      handled(submission, rcptTo(submission, transactionIn(session), writtenAddress(session)), done)
    },
    onData(stream, session, done) {
      handled(submission, takeIn(stream, session), done)
    },
  }
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
    checked.ok ? { ok: true, account: checked.value.id } : { ok: false, kind: checked.fault.kind },
  )
  if (checked.ok) return checked.value
  if (checked.fault.kind === 'authFailed') throw wrong
  throw new SmtpReply(454, `4.7.0 ${notNowWords(checked.fault)}`)
}
