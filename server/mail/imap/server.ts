/** The IMAP server: one handler a verb, implicit TLS, the store behind it. */
import type { Accounts } from '../../accounts/accounts.ts'
import type { Clock } from '../../ground/clock.ts'
import type { MailStore } from '../../store/mail/mail-store.ts'
import { maxMessageBytes } from '../limits.ts'
import { type Listener, listen } from '../listener.ts'
import type { MailLog } from '../ports.ts'
import type { Tasks } from '../tasks.ts'
import { appendHandlers } from './append.ts'
import type { ImapContext } from './context.ts'
import { copyHandlers } from './copy.ts'
import { imapCore, type Logger } from './core.ts'
import { expungeHandlers } from './expunge.ts'
import { fetchHandlers } from './fetch.ts'
import { folderHandlers } from './folders.ts'
import { loginHandlers } from './login.ts'
import type { MailNotifier } from './notifier.ts'
import { openHandlers } from './open.ts'
import { searchHandlers } from './search.ts'
import { storeHandlers } from './store.ts'

type ImapDependencies = {
  readonly mail: MailStore
  readonly accounts: Pick<Accounts, 'check'>
  readonly clock: Clock
  readonly log: MailLog
  readonly notifier: MailNotifier
  readonly tasks: Tasks
  readonly tls: { readonly cert: string; readonly key: string }
  readonly domain: string
}

/** The library logs whole commands: nothing of that is kept. */
const silent: Logger = { info: () => undefined, debug: () => undefined, error: () => undefined }

/** Listens with TLS; `close` ends every connection. Rejects where the port is taken. */
export async function startImap(
  dependencies: ImapDependencies,
  at: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const core = imapCore()
  const { tls, domain, log, notifier } = dependencies
  const server = new core.IMAPServer({
    secure: true,
    name: domain,
    id: { name: 'Kith' },
    maxMessage: maxMessageBytes,
    logger: silent,
  })
  const context: ImapContext = { ...dependencies, core }
  // Set before anybody connects: the library asks it at every command.
  server.notifier = notifier
  Object.assign(
    server,
    loginHandlers(context),
    folderHandlers(context),
    openHandlers(context),
    appendHandlers(context),
    storeHandlers(context),
    expungeHandlers(context),
    copyHandlers(context),
    fetchHandlers(context),
    searchHandlers(context),
  )
  server.on('error', (error: Error) => log.info('imap.connection', { error: error.name }))
  return listen({
    at,
    tls,
    connected: (socket) => server.connect(socket),
    farewell() {
      for (const connection of server.connections) connection.send('* BYE Server is closing')
    },
  })
}
