/**
 * The policy service: Postfix asks for each recipient of a login, and once more before DATA. What it refuses is refused
 * in the session, with the rule; what it cannot judge is put off (451).
 */

import type { Socket } from 'node:net'
import { addressKey, foldAscii } from '../../shared/address.ts'
import type { Refusal } from '../../shared/guard.ts'
import type { Account, Accounts } from '../accounts/accounts.ts'
import { oneAtATime } from '../ground/one-at-a-time.ts'
import { type Listener, listen } from '../mail/listener.ts'
import type { MailLog } from '../mail/ports.ts'
import { refusalReply, SmtpReply, tryLater } from '../mail/smtp/reply.ts'
import { nameOf } from '../mail/smtp/trace.ts'
import { type Guarding, judgeRecipient, mailFrom, transactionOf } from '../mail/smtp/transaction.ts'
import type { Tasks } from '../mail/tasks.ts'
import type { Decision } from '../monitoring/metrics.ts'
import type { LoginProofs } from './login-proof.ts'
import { createPolicyReader, type PolicyRequest } from './policy-protocol.ts'

/** What the service judges with. `decided` counts answers for the metrics. */
export type Policy = Guarding & {
  readonly accounts: Pick<Accounts, 'byId' | 'byAddress'>
  readonly proofs: LoginProofs
  readonly log: MailLog
  readonly tasks: Tasks
  readonly decided: (decision: Decision) => void
}

/** The mail transaction that a connection was last asked about: each Postfix process has one connection and one client. */
type Memory = { instance: string; refusals: readonly Refusal[]; recipients: Set<string> }

/** Nothing against it: Postfix goes on with its own restrictions. */
const noObjection = 'DUNNO'

/** Listens for Postfix at a socket file. Requests of one connection are answered in their order. */
export function startPolicy(policy: Policy, socket: string): Promise<Listener> {
  return listen({
    at: { socket },
    connected: (connection) => serve(policy, connection),
    // Postfix asks again on a new connection.
    farewell: () => undefined,
  })
}

function serve(policy: Policy, socket: Socket): void {
  const reader = createPolicyReader()
  const memory: Memory = { instance: '', refusals: [], recipients: new Set() }
  const inOrder = oneAtATime()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    const requests = reader.push(chunk)
    if (!requests) {
      policy.log.error('policy.request', { kind: 'malformed' })
      socket.destroy()
      return
    }
    const answer = async (request: PolicyRequest) => {
      const action = await decideAction(policy, memory, request)
      if (socket.writable) socket.write(`action=${action}\n\n`)
    }
    for (const request of requests) void policy.tasks.run(inOrder('answer', () => answer(request)))
  })
}

/** Never rejects: what cannot be judged is put off. */
export async function decideAction(policy: Policy, memory: Memory, request: PolicyRequest): Promise<string> {
  try {
    const action = await judge(policy, memory, request)
    policy.decided('passed')
    return action
  } catch (error) {
    const reply = error instanceof SmtpReply ? error : tryLater()
    policy.decided(reply.responseCode < 500 ? 'deferred' : 'refused')
    if (error instanceof SmtpReply) policy.log.info('policy.refused', { kind: request.state })
    else policy.log.error('policy.failed', { error: nameOf(error) })
    return `${reply.responseCode} ${reply.message}`
  }
}

async function judge(policy: Policy, memory: Memory, request: PolicyRequest): Promise<string> {
  const { state, login, sender } = request
  // Mail from outside: whether it is for somebody here is Postfix's affair, what it says is the filter's.
  if (login === '') return noObjection
  const isNew = memory.instance !== request.instance || request.instance === ''
  if (isNew) Object.assign(memory, { instance: request.instance, refusals: [], recipients: new Set() })
  // Nothing to judge yet.
  if (!['MAIL', 'RCPT', 'DATA', 'END-OF-MESSAGE'].includes(state)) return noObjection
  const account = await accountOf(policy, login)
  const transaction = transactionOf(account)
  await mailFrom(policy, transaction, { address: sender, utf8: false })
  if (state === 'RCPT') await judgeOne(policy, account, { memory, request })
  if (state !== 'DATA') return noObjection
  // One refused recipient stops the whole message (O1). A connection that saw none of them knows too little.
  if (memory.refusals.length > 0) throw refusalReply(memory.refusals)
  // Postfix asked RCPT of another connection, so this one does not know what was refused there.
  if (isNew) throw tryLater()
  const submission = { account: account.id, key: transaction.key, recipients: memory.recipients }
  return `PREPEND ${policy.proofs.issue(request.instance, submission)}`
}

type Asked = { readonly memory: Memory; readonly request: PolicyRequest }

async function judgeOne(policy: Policy, account: Account, { memory, request }: Asked): Promise<void> {
  const verdict = await judgeRecipient(policy, account, request.recipient)
  if (verdict.allowed) {
    for (const { key } of verdict.recipients) memory.recipients.add(key)
    return
  }
  memory.refusals = [...memory.refusals, ...verdict.refusals]
  throw refusalReply(verdict.refusals)
}

/** Mail servers sign people in by login name or by address. */
async function accountOf({ accounts }: Policy, login: string): Promise<Account> {
  const key = addressKey(login)
  const byLogin = await accounts.byId(foldAscii(login))
  const account = byLogin ?? (key === undefined ? undefined : await accounts.byAddress(key))
  if (!account) throw new SmtpReply(550, '5.7.1 This login has no account here')
  return account
}
