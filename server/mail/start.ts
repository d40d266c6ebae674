/**
 * The embedded mail: submission and IMAP for the accounts of the whitelist service, and, if wanted, mail from
 * outside. `smtp/transaction.ts` judges what people send, `smtp/inbound.ts` takes in what comes, `smtp/deliver.ts`
 * stores both, and `imap/` shows the mailboxes.
 */
import { createApart } from './apart/apart.ts'
import { createNotifier } from './imap/notifier.ts'
import { startImap } from './imap/server.ts'
import { submissionMemoryMs } from './limits.ts'
import type { Listener } from './listener.ts'
import type { MailOptions, MailServer } from './ports.ts'
import { deliverHere } from './smtp/deliver.ts'
import { inboundOptions } from './smtp/inbound.ts'
import { noMailbox } from './smtp/reply.ts'
import { startSmtp } from './smtp/strict-server.ts'
import { type Submission, submissionOptions } from './smtp/submission.ts'
import { nameOf } from './smtp/trace.ts'
import { createTasks } from './tasks.ts'

/**
 * Starts the doors, that from outside where it has a port. Where one cannot listen, all are closed again and it
 * rejects.
 */
export async function startMail(options: MailOptions): Promise<MailServer> {
  const { store, clock, log, host, ports } = options
  const notifier = createNotifier((error) => log.error('imap.notice', { error: nameOf(error) }))
  const tasks = createTasks()
  const apart = createApart(options.dns)
  await store.mail.forgetSubmissions(clock.now() - submissionMemoryMs)
  await store.mail.removeUnfinished()
  const deliverer = { ...options, mail: store.mail, lists: store.lists, notifier, apart }
  const shared: typeof deliverer & Submission = {
    ...deliverer,
    tasks,
    async reach(key) {
      const account = await options.accounts.byAddress(key)
      if (!account) throw noMailbox()
      return account
    },
    deliver: (job) => deliverHere(deliverer, job),
  }
  const failed = (error: Error) => log.info('smtp.connection', { error: error.name })
  const started: Listener[] = []
  const closeAll = async () => {
    // The doors first, then what is under way: nothing new begins while we wait.
    await Promise.all(started.map((listener) => listener.close()))
    await tasks.idle()
    await apart.close()
  }
  try {
    const smtp = await startSmtp(submissionOptions(shared), {
      at: { host, port: ports.smtp },
      tls: options.tls,
      failed,
    })
    started.push(smtp)
    const imap = await startImap(shared, { host, port: ports.imap })
    started.push(imap)
    const inbound =
      ports.inbound === undefined
        ? undefined
        : await startSmtp(inboundOptions(shared), { at: { host, port: ports.inbound }, failed })
    if (inbound) started.push(inbound)
    return {
      smtpPort: smtp.port,
      imapPort: imap.port,
      ...(inbound ? { inboundPort: inbound.port } : {}),
      drop(account) {
        smtp.drop(account)
        notifier.send(account, { command: 'LOGOUT', reason: 'Sign in again' })
      },
      close: closeAll,
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}
