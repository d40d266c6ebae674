/** The client's mail side, put together: store, guard, outbox, mailbox, handlers. */
import type { MailDependencies, MailService } from './dependencies.ts'
import { mailHandlers } from './handlers.ts'
import { createInbox } from './incoming/inbox.ts'
import { closedReason } from './judge.ts'
import { maxWatched } from './limits.ts'
import { type Connect, connectImap } from './network/imap.ts'
import { createMailbox } from './network/mailbox.ts'
import { openSmtpClient, type SmtpClient } from './network/smtp.ts'
import { createOutbox } from './outgoing/outbox.ts'
import { createSubmitter } from './outgoing/submit.ts'
import { createMailStore, type MailStore } from './store/store.ts'

/** The two ways to the network; tests put scripted peers here. */
export type MailNetwork = { readonly connect: Connect; readonly smtp: (dependencies: MailDependencies) => SmtpClient }

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
  const incoming = createInbox(dependencies, store)
  const states = conversationStates(dependencies, store)
  const sending = createOutbox({
    dependencies,
    store,
    smtp: () => network.smtp(dependencies),
    sent: () => receiving.wake(),
  })
  const receiving = createMailbox({
    dependencies,
    store,
    inbox: incoming,
    connect: network.connect,
    online: () => sending.endPauses(),
  })
  let judging: Promise<void> = Promise.resolve()
  return {
    handlers: mailHandlers({
      dependencies,
      store,
      submitter: createSubmitter(dependencies, store),
      outbox: sending,
      wakeMailbox: () => receiving.wake(),
      watch: states.watch,
    }),
    start() {
      sending.start()
      receiving.start()
    },
    async stop() {
      await Promise.all([sending.stop(), receiving.stop()])
      await judging
    },
    listChanged() {
      sending.listChanged()
      states.announce()
      judging = incoming.listChanged().catch((error: unknown) => {
        const name = error instanceof Error ? error.name : typeof error
        dependencies.log.error('inbox.judgeAgain', { name })
      })
    },
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
