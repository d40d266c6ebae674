import { expect, it } from 'vitest'
import { createTasks } from '../tasks.ts'
import type { ImapContext } from './context.ts'
import type { ImapSession } from './core.ts'
import { createNotifier } from './notifier.ts'
import { openHandlers } from './open.ts'

it('tells of what came between reading a mailbox and selecting it, once it is selected', async () => {
  const notifier = createNotifier(() => undefined)
  const folder = {
    id: 1,
    account: 'alice',
    path: 'INBOX',
    special: '',
    uidValidity: 1,
    uidNext: 1,
    modseq: 1,
    subscribed: true,
  }
  const mail = {
    async open() {
      // Somebody delivers after the store was read.
      notifier.publish('alice', 1, [{ command: 'EXISTS', uid: 1, modseq: 2 }])
      return { folder, uids: [] }
    },
  }
  // Only what opening needs of them.
  const context: ImapContext = Object.assign(Object.create(null), { mail, notifier, tasks: createTasks() })
  const session: ImapSession = Object.assign(Object.create(null), {
    id: 'c1',
    user: { id: 'alice', username: 'alice' },
  })
  const happened: string[] = []
  notifier.addListener(session, () => void happened.push('told'))
  await new Promise<void>((resolve) => {
    openHandlers(context).onOpen('INBOX', session, () => {
      happened.push('selected')
      setImmediate(resolve)
    })
  })
  expect(happened).toEqual(['told', 'selected', 'told'])
})
