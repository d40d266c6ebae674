/**
 * The client's mail side, put together: store, guard, outbox, mailbox, handlers. Outgoing: `outgoing/submit.ts` judges
 * and queues, `outgoing/sending.ts` sends. Incoming: `network/mailbox.ts` fetches, `incoming/inbox.ts` proves, judges
 * and stores. Both ask `judge.ts`, which asks the list in force each time, and both keep everything in `store/`.
 */
import type { DnsResolver } from '../ground/ports.ts'
import type { MailDependencies, MailService } from './dependencies.ts'
import { mailHandlers } from './handlers.ts'
import { createInbox } from './incoming/inbox.ts'
import { type MessageReader, openReader, ReaderClosed } from './incoming/reader.ts'
import { closedReason } from './judge.ts'
import { maxWatched } from './limits.ts'
import { connectImap } from './network/imap.ts'
import type { Connect } from './network/mail-session.ts'
import { createMailbox } from './network/mailbox.ts'
import { openSmtpClient, type SmtpClient } from './network/smtp.ts'
import { createTroubles } from './network/troubles.ts'
import { createOutbox } from './outgoing/outbox.ts'
import { createSubmitter } from './outgoing/submit.ts'
import { createMailStore, type MailStore } from './store/store.ts'

/** The two ways to the network; tests put scripted peers here. */
export type MailNetwork = {
  readonly connect: Connect
  readonly smtp: (dependencies: MailDependencies) => SmtpClient
  readonly reader?: (dns: DnsResolver) => MessageReader
}

const realNetwork: MailNetwork = {
  connect: connectImap,
  smtp: ({ servers, account, clock, log }) => {
    const { address, password } = account
    return openSmtpClient({ server: servers.smtp, user: address, password, clock, log })
  },
}

/** The mail of one account over its store; nothing is connected before `start`. `network`: for tests. */
export function createMailService(dependencies: MailDependencies, network: MailNetwork = realNetwork): MailService {
  const store = createMailStore(dependencies.database)
  const reader = (network.reader ?? openReader)(dependencies.dns)
  // A held message that the user opens does not wait for what the mailbox reads.
  const heldReader = (network.reader ?? openReader)(dependencies.dns)
  const incoming = createInbox(dependencies, store, reader)
  const troubles = createTroubles(dependencies)
  const states = conversationStates(dependencies, store)
  const sending = createOutbox({
    dependencies,
    store,
    troubles,
    smtp: () => network.smtp(dependencies),
    // The copy in the Sent folder is filed over the IMAP connection, so the outbox wakes the mailbox.
    sent: () => receiving.wake(),
  })
  // The IMAP server answered, so the network is there: what waits in the outbox need not wait out its pause.
  const online = () => sending.endPauses()
  const { connect } = network
  const receiving = createMailbox({ dependencies, store, inbox: incoming, connect, troubles, online })
  let judging: Promise<void> = Promise.resolve()
  const judgeAgain = (): void => {
    judging = incoming.listChanged().catch(tellOf(dependencies))
  }
  return {
    handlers: mailHandlers({
      dependencies,
      store,
      reader: heldReader,
      submitter: createSubmitter(dependencies, store),
      outbox: sending,
      wakeMailbox: () => receiving.wake(),
      watch: states.watch,
    }),
    start() {
      sending.start()
      // What the last run had no time to judge by its newest list.
      judgeAgain()
      receiving.start()
    },
    async stop() {
      // A large message that is being read would keep the end waiting: it is read again at the next start.
      reader.close()
      heldReader.close()
      await Promise.all([sending.stop(), receiving.stop()])
      troubles.clear()
      // The store is closed after this; a judgement in the middle would write into it.
      await judging
    },
    listChanged() {
      sending.listChanged()
      states.announce()
      judgeAgain()
    },
  }
}

/** The end of the service ends a judgement, too; anything else is told. */
function tellOf({ log }: MailDependencies): (error: unknown) => void {
  return (error) => {
    if (error instanceof ReaderClosed) return
    log.error('inbox.judgeAgain', { name: error instanceof Error ? error.name : typeof error })
  }
}

/** Remembers which conversations are open, to tell of those that a list change opens, closes or renames. */
function conversationStates(dependencies: MailDependencies, store: MailStore) {
  const states = new Map<string, string>()
  const stateOf = (id: string): string => {
    const name = dependencies.list().view?.find(id)?.name ?? ''
    return `${closedReason(dependencies, id) ?? 'open'} ${name}`
  }
  const watched = new Set<string>()
  const watch = (id: string): void => {
    // A set gives its members in the order of adding: the first is the oldest.
    const [oldest] = watched
    if (watched.size >= maxWatched && oldest !== undefined) watched.delete(oldest)
    watched.add(id)
    states.set(id, stateOf(id))
  }
  for (const id of store.conversations.ids()) states.set(id, stateOf(id))
  return {
    watch,
    announce(): void {
      for (const id of new Set([...store.conversations.ids(), ...watched])) {
        const state = stateOf(id)
        if (states.get(id) === state) continue
        states.set(id, state)
        dependencies.emit('conversation.changed', { id })
      }
    },
  }
}
