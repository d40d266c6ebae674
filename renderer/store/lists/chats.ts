/** The conversations, and how many messages are unread. */
import { createStore } from 'zustand/vanilla'
import type { Conversation } from '../../../shared/contract.ts'
import type { Ports } from '../ports.ts'
import { createListWindow } from './windowed.ts'

/** Makes the list of conversations. */
export function createChats(ports: Ports) {
  const store = createStore<{ readonly unread: number }>(() => ({ unread: 0 }))
  const list = createListWindow<Conversation>(async (from, count) => {
    const result = await ports.host.call('conversations.list', { from, count })
    if (!result.ok) return result
    const { total, conversations } = result.value
    /** Conversations come newest first, so the unread ones are in the first window. */
    if (from === 0) store.setState({ unread: conversations.reduce((sum, { unread }) => sum + unread, 0) })
    return { ok: true, value: { total, rows: conversations } }
  })
  return { store, list }
}
