/** What the mail side is given, and what it gives back. */
import type { KithContract } from '../../../shared/contract.ts'
import type { ListView } from '../../../shared/guard.ts'
import type { CallName, Handlers } from '../../../shared/rpc.ts'
import type { MailTrouble } from '../../../shared/session.ts'
import type { MailServers } from '../../../shared/whitelist/login.ts'
import type { Database } from '../database/open.ts'
import type { Clock, DnsResolver, Emit, Log } from '../ground/ports.ts'

/** The list in force and what the policy and the server say about sending. Asked for each judgement: never kept. */
export type ListInForce = {
  readonly view: ListView | undefined
  /** The list's identifier: verdicts that name another one prove nothing here (I12). */
  readonly listId: string
  /** Makes the look-alikes of the view ready (I9), beside other work. */
  readonly prepare: () => Promise<void>
  readonly lease: 'valid' | 'over'
  readonly onExpiry: 'block' | 'internal'
  /** Whether the policy allows non-ASCII addresses (A2). */
  readonly unicode: boolean
  /** Public keys that may sign verdicts (I5). */
  readonly gatewayKeys: readonly string[]
  readonly sendingOff: 'no' | 'upgrade' | 'lease'
}

/** How the connection to the mail servers is. */
export type MailConnection = 'online' | 'connecting' | 'offline' | 'authFailed' | 'refused' | 'noLogin'

type MailAccount = {
  readonly address: string
  readonly name: string
  /** Asked for at each login to a mail server and not kept. */
  readonly password: () => string
}

/** Everything that the mail side is given. Its store is the account's, its list is asked for each time. */
export type MailDependencies = {
  readonly database: Database
  readonly clock: Clock
  readonly random: (count: number) => Uint8Array
  readonly log: Log
  readonly dns: DnsResolver
  readonly account: MailAccount
  readonly servers: MailServers
  readonly list: () => ListInForce
  readonly emit: Emit
  readonly connectionChanged: (state: MailConnection) => void
  /** What does not work while the rest does; empty when all is well. */
  readonly troublesChanged: (troubles: readonly MailTrouble[]) => void
}

/** The calls that the mail side answers while an account is open and its mail servers are known. */
export const mailCalls = [
  'conversations.list',
  'conversations.get',
  'conversations.markRead',
  'messages.list',
  'mail.list',
  'message.get',
  'message.markRead',
  'message.planReply',
  'outbox.submit',
  'outbox.retry',
  'draft.get',
  'draft.save',
  'mailDrafts.list',
  'mailDrafts.get',
  'mailDrafts.save',
  'mailDrafts.remove',
  'held.list',
  'held.get',
  'held.looked',
  'held.dismiss',
  'held.restore',
  'held.delete',
  'guard.judge',
] as const satisfies readonly CallName<KithContract>[]

/** The handlers of those calls. */
export type MailHandlers = Pick<Handlers<KithContract>, (typeof mailCalls)[number]>

/** The mail of one account. */
export type MailService = {
  readonly handlers: MailHandlers
  /**
   * Begins to receive and send. Handlers work before it, offline. Called again it does nothing, but for a service that
   * reported `authFailed`: after a new login it tries the new password.
   */
  start(): void
  /** Ends connections and timers; resolves when nothing of this service runs any more. */
  stop(): Promise<void>
  /** I6: a newer list is in force; held messages, conversations and the queue are judged again. */
  listChanged(): void
}
