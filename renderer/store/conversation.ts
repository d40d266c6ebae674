/** The open conversation: its messages, its draft, and sending. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Conversation } from '../../shared/contract.ts'
import type { Delivery, Message } from '../../shared/message.ts'
import type { Failure, Result } from '../../shared/rpc.ts'
import { debounce, gather } from '../clock.ts'
import { type Latest, latest } from './latest.ts'
import { mergeNewest } from './merge-messages.ts'
import type { Ports } from './ports.ts'

type ConversationState = {
  readonly id?: string
  readonly conversation?: Conversation
  readonly messages: readonly Message[]
  /** Whether older messages than those here exist. */
  readonly more: boolean
  readonly phase: 'none' | 'loading' | 'ready' | 'failed'
  readonly older: 'idle' | 'loading'
  readonly failure?: Failure
  readonly draft: string
  readonly draftSaved: boolean
  readonly sending: boolean
  readonly sendFailure?: Failure
  /** The first message that was unread when the conversation was opened. */
  readonly firstUnread?: string
}

type Context = {
  readonly store: StoreApi<ConversationState>
  readonly ports: Ports
  /** Each conversation that is opened begins a round. */
  readonly opened: Latest
}

const empty: ConversationState = {
  messages: [],
  more: false,
  phase: 'none',
  older: 'idle',
  draft: '',
  draftSaved: true,
  sending: false,
}

/** Messages asked for at once: about two screens. */
const windowSize = 60
/** Wait after the last key before a draft is saved. */
const draftWait = 400
/** Changes within this wait lead to one question. */
const refreshWait = 40

/** The conversation as the engine has it, or a new one with a contact to whom nothing was written yet. */
async function getConversation({ ports }: Context, id: string): Promise<Result<Conversation>> {
  const known = await ports.host.call('conversations.get', { id })
  if (known.ok || known.failure.kind !== 'notFound') return known
  const contact = await ports.host.call('contacts.get', { address: id })
  if (!contact.ok) return contact
  const { name, address } = contact.value
  return { ok: true, value: { id, name, address, open: true, unread: 0 } }
}

async function open(context: Context, id: string): Promise<void> {
  const { store, ports } = context
  // Before the call: of two quick clicks the newer wins, however long the first one's draft takes to be saved.
  const isWanted = context.opened.next()
  await saveDraft(context)
  if (!isWanted()) return
  store.setState({ ...empty, id, phase: 'loading' }, true)
  const [conversation, messages, draft] = await Promise.all([
    getConversation(context, id),
    ports.host.call('messages.list', { conversation: id, count: windowSize }),
    ports.host.call('draft.get', { conversation: id }),
  ])
  if (!isWanted()) return
  if (!conversation.ok) {
    store.setState({ phase: 'failed', failure: conversation.failure })
    return
  }
  const page = messages.ok ? messages.value : { messages: [], more: false }
  // Noted now: a moment later the messages count as read, and the mark would have no place.
  const unread = page.messages.find(({ direction, read }) => direction === 'in' && !read)
  store.setState((state) => ({
    conversation: conversation.value,
    messages: page.messages,
    more: page.more,
    phase: 'ready',
    ...(unread && { firstUnread: unread.id }),
    // What was typed meanwhile, or came back refused, stays: the stored draft is older.
    ...(draft.ok && state.draftSaved && state.draft === '' && { draft: draft.value.text }),
  }))
}

async function refresh(context: Context): Promise<void> {
  const { store, ports } = context
  const { id, phase } = store.getState()
  if (id === undefined) return
  const isWanted = context.opened.same()
  const [conversation, page] = await Promise.all([
    getConversation(context, id),
    ports.host.call('messages.list', { conversation: id, count: windowSize }),
  ])
  if (!isWanted()) return
  // Somebody accepted, and was gone to before the list that names them came.
  if (phase === 'failed' && conversation.ok) return open(context, id)
  store.setState((state) => ({
    ...(conversation.ok && { conversation: conversation.value }),
    ...(!conversation.ok && closedBy(conversation.failure, state)),
    ...(page.ok && mergeNewest(state, page.value)),
  }))
}

/** The engine no longer knows a conversation that has neither a message nor a contact: it is shown as closed. */
function closedBy({ kind }: Failure, { conversation }: ConversationState): Pick<ConversationState, 'conversation'> {
  return kind === 'notFound' && conversation
    ? { conversation: { ...conversation, open: false, closed: 'removed' } }
    : {}
}

async function loadOlder({ store, ports, opened }: Context): Promise<void> {
  const { id, messages, more, older } = store.getState()
  const first = messages[0]
  if (id === undefined || !first || !more || older === 'loading') return
  const isWanted = opened.same()
  store.setState({ older: 'loading' })
  const page = await ports.host.call('messages.list', { conversation: id, before: first.id, count: windowSize })
  if (!isWanted()) return
  store.setState((state) =>
    page.ok
      ? { older: 'idle', messages: [...page.value.messages, ...state.messages], more: page.value.more }
      : { older: 'idle' },
  )
}

async function saveDraft({ store, ports }: Context): Promise<void> {
  const { id, draft, draftSaved } = store.getState()
  if (id === undefined || draftSaved) return
  // Before the call: a key during it sets the mark again, and the newer text is saved too.
  store.setState({ draftSaved: true })
  await ports.host.call('draft.save', { conversation: id, text: draft })
}

function withoutSendFailure({ sendFailure: _over, ...state }: ConversationState): ConversationState {
  return state
}

/** Submits the draft, one at a time. A refused text comes back into the composer. */
async function send(context: Context): Promise<boolean> {
  const { store, ports } = context
  const { id, conversation, draft, sending } = store.getState()
  if (id === undefined || !conversation?.open || sending || draft.trim() === '') return false
  // Not a round of `opened`: a refused text comes back too where the same conversation was opened again.
  const isShown = () => store.getState().id === id
  // The box is empty at once: whoever writes on during the call begins the next message.
  store.setState({ ...withoutSendFailure(store.getState()), sending: true, draft: '', draftSaved: true }, true)
  const result = await ports.host.call('outbox.submit', { kind: 'chat', to: [conversation.address], text: draft })
  if (result.ok)
    await ports.host.call('draft.save', {
      conversation: id,
      text: isShown() ? store.getState().draft : '',
    })
  if (!isShown()) return result.ok
  if (result.ok) {
    store.setState({ sending: false })
    await refresh(context)
  } else {
    // What was typed meanwhile is kept, below the text that came back.
    const rest = store.getState().draft
    const text = rest === '' ? draft : `${draft}\n${rest}`
    store.setState({ sending: false, sendFailure: result.failure, draft: text, draftSaved: false })
    await saveDraft(context)
  }
  return result.ok
}

async function seen({ store, ports }: Context): Promise<void> {
  const { id, conversation, messages } = store.getState()
  const unread = messages.some(({ direction, read }) => direction === 'in' && !read)
  if (id === undefined || (!unread && !conversation?.unread)) return
  store.setState({
    messages: messages.map((message) => (message.direction === 'in' ? { ...message, read: true } : message)),
    ...(conversation && { conversation: { ...conversation, unread: 0 } }),
  })
  await ports.host.call('conversations.markRead', { id })
}

function deliver({ store }: Context, id: string, delivery: Delivery): boolean {
  const { messages } = store.getState()
  if (!messages.some((message) => message.id === id)) return false
  store.setState({ messages: messages.map((message) => (message.id === id ? { ...message, delivery } : message)) })
  return true
}

/** Makes the state of the open conversation; at most one is open. */
export function createConversation(ports: Ports) {
  const store = createStore<ConversationState>(() => empty)
  const context: Context = { store, ports, opened: latest() }
  const keepDraft = debounce(ports.clock, draftWait, () => void saveDraft(context))
  const look = gather(ports.clock, refreshWait, () => void refresh(context))
  return {
    store,
    open: (id: string) => open(context, id),
    loadOlder: () => loadOlder(context),
    send: () => send(context),
    seen: () => seen(context),
    saveDraft: () => saveDraft(context),
    retry: (id: string) => ports.host.call('outbox.retry', { id }),
    setDraft: (draft: string) => {
      store.setState({ draft, draftSaved: false })
      keepDraft()
    },
    /** Something of this conversation changed; an empty id stands for any. */
    changed: (id: string) => {
      const open = store.getState().id
      if (open !== undefined && (id === '' || id === open)) look()
    },
    messageChanged: (conversation: string, id: string, delivery: Delivery | undefined) => {
      if (conversation !== store.getState().id) return
      if (!delivery || !deliver(context, id, delivery)) look()
    },
    clear: () => {
      context.opened.next()
      store.setState(empty, true)
    },
  }
}
