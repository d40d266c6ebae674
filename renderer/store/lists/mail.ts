/** The mails, those that were begun, their search, and the one that is being read. */
import { createStore } from 'zustand/vanilla'
import type { BegunMail } from '../../../shared/mail-drafts.ts'
import type { Message } from '../../../shared/message.ts'
import { debounce } from '../../clock.ts'
import { latest } from '../latest.ts'
import type { Ports } from '../ports.ts'
import { createListWindow } from './windowed.ts'

type MailState = {
  readonly search: string
  readonly selected?: string
  readonly message?: Message
  /** Mails that were begun, the one written in last first. */
  readonly drafts: readonly BegunMail[]
}

const start: MailState = { search: '', drafts: [] }

const searchWait = 60

/** Makes the list of mails and the state of the chosen one. */
export function createMail(ports: Ports) {
  const store = createStore<MailState>(() => start)
  const list = createListWindow<Message>(async (from, count) => {
    const result = await ports.host.call('mail.list', { search: store.getState().search.trim(), from, count })
    return result.ok ? { ok: true, value: { total: result.value.total, rows: result.value.messages } } : result
  })
  const questions = latest()
  const loadDrafts = async () => {
    const isWanted = questions.next()
    const result = await ports.host.call('mailDrafts.list', { search: store.getState().search.trim() })
    if (result.ok && isWanted()) store.setState({ drafts: result.value.drafts })
  }
  const ask = debounce(ports.clock, searchWait, () => {
    void list.reload()
    void loadDrafts()
  })
  const selection = latest()
  const fetchSelected = async (id: string) => {
    const isWanted = selection.same()
    const result = await ports.host.call('message.get', { id })
    if (result.ok && isWanted()) store.setState({ message: result.value })
    return result
  }
  return {
    store,
    list,
    loadDrafts,
    select: async (message: Message) => {
      selection.next()
      store.setState({ selected: message.id, message })
      const result = await fetchSelected(message.id)
      if (result.ok && !result.value.read) {
        await ports.host.call('message.markRead', { id: message.id })
      }
    },
    search: (search: string) => {
      store.setState({ search })
      ask()
    },
    moved: () => {
      void list.reload()
      const { selected } = store.getState()
      if (selected !== undefined) void fetchSelected(selected)
    },
    clear: () => {
      selection.next()
      questions.next()
      store.setState(start, true)
    },
  }
}
