/**
 * The filter between Postfix's submission and its queue. Postfix has checked the login and asked the policy service;
 * here the message itself is judged, and a message whose login is not proven goes nowhere.
 */
import { addressKey } from '../../shared/address.ts'
import { maxRecipients } from '../../shared/message.ts'
import { maxConnections, maxMessageBytes } from '../mail/limits.ts'
import { collect } from '../mail/smtp/collect.ts'
import { SmtpReply, somebodyRefused } from '../mail/smtp/reply.ts'
import { type SmtpData, type SmtpOptions, type SmtpSession, writtenAddress } from '../mail/smtp/strict-server.ts'
import { handled } from '../mail/smtp/trace.ts'
import { data, mailFrom, rcptTo, type Sending, type Transaction, transactionOf } from '../mail/smtp/transaction.ts'
import type { Tasks } from '../mail/tasks.ts'
import type { LoginProofs, ProvenSubmission } from './login-proof.ts'

type OutgoingFilter = Sending & { readonly proofs: LoginProofs; readonly tasks: Tasks }

/** Postfix holds the connection while its client is slow: RFC 5321 4.5.3.2 gives a client ten minutes. */
export const filterTimeoutMs = 600_000

/**
 * The filter as an SMTP server: each transaction is judged as its login's, and a message passed on or refused as a
 * whole.
 */
export function outgoingOptions(filter: OutgoingFilter): SmtpOptions {
  // A connection may carry several messages of several people: each MAIL begins anew.
  const transactions = new WeakMap<SmtpSession, Transaction>()
  const transactionIn = (session: SmtpSession) => {
    const transaction = transactions.get(session)
    if (!transaction) throw new SmtpReply(503, '5.5.1 Say MAIL first')
    return transaction
  }
  const begin = async (session: SmtpSession) => {
    const address = writtenAddress(session)
    const transaction = await transactionFrom(filter, address)
    await mailFrom(filter, transaction, { address, utf8: session.envelope.smtpUtf8 === true })
    transactions.set(session, transaction)
  }
  return {
    name: filter.domain,
    size: maxMessageBytes,
    maxClients: maxConnections,
    maxRecipients,
    authOptional: true,
    socketTimeout: filterTimeoutMs,
    disabledCommands: ['AUTH', 'XCLIENT', 'XFORWARD', 'STARTTLS'],
    onMailFrom(_parsed, session, done) {
      transactions.delete(session)
      handled(filter, begin(session), done)
    },
    onRcptTo(_parsed, session, done) {
      const judging = async () => rcptTo(filter, transactionIn(session), writtenAddress(session))
      handled(filter, judging(), done)
    },
    onData(stream, session, done) {
      const judging = async () => takeIn(filter, transactionIn(session), { stream, session })
      handled(filter, judging(), done)
    },
  }
}

/** Whoever may send as this address; that it is really that login is proven by the message. */
async function transactionFrom({ accounts }: OutgoingFilter, address: string): Promise<Transaction> {
  const key = addressKey(address)
  const account = key === undefined ? undefined : await accounts.byAddress(key)
  if (!account) throw new SmtpReply(550, '5.7.1 I2 The sender must be your own address')
  return transactionOf(account)
}

type Incoming = { readonly stream: SmtpData; readonly session: SmtpSession }

async function takeIn(filter: OutgoingFilter, transaction: Transaction, incoming: Incoming): Promise<void> {
  let proven: ProvenSubmission | undefined
  // Taken as it comes, not at the message's end: a proof lives for minutes, a slow upload for longer.
  const hear = (line: string) => {
    proven ??= filter.proofs.take(line)
  }
  // Read to its end before it is refused: only then does Postfix hear the answer.
  const raw = await collect(hearing(incoming.stream, hear))
  const { account, recipients } = transaction
  if (!proven || !isFor(proven, transaction)) {
    filter.log.error('filter.unproven', { account: account.id })
    throw new SmtpReply(451, '4.3.5 The mail server does not ask the policy service: see "kith-server gateway config"')
  }
  // Postfix itself refused somebody for whom the gateway had nothing against it: then nobody gets the message (O1).
  if (recipients.size < proven.recipients.size) throw somebodyRefused()
  await data(filter, transaction, { raw, session: incoming.session })
}

function isFor(proven: ProvenSubmission, { account, key, recipients }: Transaction): boolean {
  if (proven.account !== account.id || proven.key !== key) return false
  return [...recipients.keys()].every((recipient) => proven.recipients.has(recipient))
}

/** Most bytes of the header among which the proof is looked for: it stands before what the client wrote. */
const maxHeard = 65_536

/** The same bytes, while `hear` is told each line of the header. */
async function* hearing(stream: SmtpData, hear: (line: string) => void): AsyncGenerator {
  let [rest, heard] = ['', 0]
  for await (const chunk of stream) {
    if (Buffer.isBuffer(chunk) && heard < maxHeard) {
      heard += chunk.length
      const lines = `${rest}${chunk.toString('latin1')}`.split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') heard = maxHeard
        if (heard < maxHeard) hear(line)
      }
    }
    yield chunk
  }
}
