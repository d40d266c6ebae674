/** The conversations, and how many messages of each kind are unread. */
import { createStore } from 'zustand/vanilla'
import type { Conversation } from '../../../shared/contract.ts'
import type { Ports } from '../ports.ts'
import { createListWindow } from './windowed.ts'

type Unread = { readonly chat: number; readonly mail: number }
const none: Unread = { chat: 0, mail: 0 }

/** Makes the list of conversations. */
export function createChats(ports: Ports) {
  const store = createStore<Unread>(() => none)
  const list = createListWindow<Conversation>(async (from, count) => {
    const result = await ports.host.call('conversations.list', { from, count })
    if (!result.ok) return result
    const { total, conversations, unread } = result.value
    store.setState(unread)
    return { ok: true, value: { total, rows: conversations } }
  })
  return { store, list, clear: () => store.setState(none) }
}
