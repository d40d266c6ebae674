/** The mail service of the open account: made when its servers are known, made anew when they move. */
import type { ClosedFailure } from '../../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { policyOf } from '../../../../shared/whitelist/head.ts'
import type { MailServer, MailServers } from '../../../../shared/whitelist/login.ts'
import type { AccountRuntime } from '../../account/account-runtime.ts'
import type { AccountRecord } from '../../database/account-repository.ts'
import type { ListInForce } from '../../mail/dependencies.ts'
import { createMailService } from '../../mail/mail-service.ts'
import { whyClosed } from '../session-state.ts'
import { sendingOf } from './lease.ts'
import type { Opened, Stage } from './stage.ts'

/** Makes the mail service where there is none and the login has named the servers; it does not run yet. */
export function ensureMail(stage: Stage, opened: Opened): void {
  const { runtime } = opened
  const record = runtime.store.account.read()
  if (opened.mail || !record?.mail) return
  const { ports } = stage
  const service = createMailService({
    database: runtime.store.database,
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
    dns: ports.dns,
    account: {
      address: record.address,
      name: record.name,
      // Read each time: a password changed by a new sign-in reaches the next connection to a mail server.
      password: () => {
        const { mailPassword, password } = runtime.store.account.read() ?? {}
        return mailPassword ?? password ?? ''
      },
    },
    servers: serversOf(record.mail),
    list: () => listInForce(stage, runtime),
    emit: stage.emit,
    connectionChanged: (mail) => stage.dispatch({ type: 'mailChanged', mail }),
    troublesChanged: (troubles) => stage.dispatch({ type: 'mailTroublesChanged', troubles }),
  })
  // As text, since the record is read anew each time and two equal ones are two objects.
  const judging = judgingOf(listInForce(stage, runtime))
  opened.mail = { service, servers: JSON.stringify(record.mail), running: false, judging }
}

/** Begins to send and receive. Mail waits for the first list: before it there is nothing to judge a message by. */
export function startMail({ runtime, mail }: Opened): void {
  if (!mail || mail.running || !runtime.keeper.state()?.core) return
  mail.running = true
  mail.service.start()
}

/** After a sync that may have brought other gateway keys or another policy, though no entry moved. */
export function tellMail(stage: Stage, { runtime, mail }: Opened): void {
  if (!mail) return
  const judging = judgingOf(listInForce(stage, runtime))
  if (judging === mail.judging) return
  mail.judging = judging
  mail.service.listChanged()
}

function judgingOf({ unicode, gatewayKeys }: ListInForce): string {
  return JSON.stringify([unicode, gatewayKeys])
}

/** The service anew: it may have given up on the old password. */
export async function replaceMail(stage: Stage, opened: Opened): Promise<void> {
  // Taken off first: whoever asks for the service while the old one stops must not get it.
  const old = opened.mail
  delete opened.mail
  await old?.service.stop()
  ensureMail(stage, opened)
  startMail(opened)
}

/** Keeps a password for the mail servers beside the account's, and tries it at once. Failures: those of `whyClosed`. */
export async function takeMailPassword(stage: Stage, password: string): Promise<Result<undefined, ClosedFailure>> {
  const opened = stage.opened()
  if (stage.state().step !== 'ready' || !opened) return fail(whyClosed(stage.state()))
  const { account } = opened.runtime.store
  // The same again after a change of both: there is one password, and it is kept once.
  account.change({ mailPassword: account.read()?.password === password ? undefined : password })
  await replaceMail(stage, opened)
  return ok(undefined)
}

/** After a login: the servers may have moved. */
export function renewMail(stage: Stage, opened: Opened): void {
  const servers = JSON.stringify(opened.runtime.store.account.read()?.mail)
  if (opened.mail && servers !== opened.mail.servers) stage.queue(() => replaceMail(stage, opened))
  else {
    ensureMail(stage, opened)
    startMail(opened)
  }
}

function listInForce(stage: Stage, runtime: AccountRuntime): ListInForce {
  const state = runtime.keeper.state()
  const core = state?.core
  const { lease, onExpiry } = runtime.keeper.lease(stage.ports.clock.now())
  return {
    // Without a signed head there is no list, which is another answer than an empty one (guard.md F1).
    view: core ? runtime.keeper.contacts.view : undefined,
    listId: state?.lst ?? '',
    prepare: runtime.keeper.contacts.prepare,
    lease,
    onExpiry,
    unicode: core !== undefined && policyOf(core).unicode,
    gatewayKeys: state?.manifest.m.gk ?? [],
    sendingOff: sendingOf(stage, runtime),
  }
}

type StoredServers = NonNullable<AccountRecord['mail']>

function serversOf({ imap, smtp, authserv }: StoredServers): MailServers {
  return { imap: serverOf(imap), smtp: serverOf(smtp), ...(authserv === undefined ? {} : { authserv }) }
}

function serverOf({ host, port, security, ca }: StoredServers['imap']): MailServer {
  return ca === undefined ? { host, port, security } : { host, port, security, ca }
}
