/** The mail that is being written, and those that were put aside. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { addressIdentity } from '../../shared/address.ts'
import type { Message } from '../../shared/message.ts'
import {
  allChips,
  asChip,
  type Chip,
  type ComposeStart,
  type ComposeState,
  canSend,
  closed,
  hasContent,
  type RecipientLine,
  recipientFields,
} from './compose-state.ts'
import { judgeRecipients } from './judge-recipients.ts'
import { latest } from './latest.ts'
import { createKeeper } from './mail-drafts.ts'
import type { Ports } from './ports.ts'
import { looksLikeAddress, splitRecipients } from './recipients.ts'
import { type ReplyScope, startReply } from './reply.ts'

type Context = { readonly store: StoreApi<ComposeState>; readonly ports: Ports }

async function judge({ store, ports }: Context): Promise<void> {
  const addresses = [...new Set(allChips(store.getState()).map(({ address }) => address))]
  const refusals = await judgeRecipients(ports.host, addresses)
  if (!refusals) return
  // A chip that came while the guard was asked has no answer here: it keeps its own.
  const asked = new Set(addresses)
  const judged = (chip: Chip): Chip => {
    if (!asked.has(chip.address)) return chip
    const refusal = refusals.get(chip.address)
    const { address, name } = chip
    return refusal ? { address, name, verdict: 'refused', ...refusal } : { address, name, verdict: 'allowed' }
  }
  store.setState(({ to, cc, bcc }) => ({ to: to.map(judged), cc: cc.map(judged), bcc: bcc.map(judged) }))
}

async function nameOf({ ports }: Context, address: string): Promise<string> {
  const contact = await ports.host.call('contacts.get', { address })
  return contact.ok ? contact.value.name : ''
}

/** Adds typed or pasted text as recipients, named by the whitelist and by nothing else. */
async function add(context: Context, field: RecipientLine, text: string): Promise<void> {
  const { store } = context
  const present = new Set(store.getState()[field].map(({ address }) => addressIdentity(address)))
  const addresses = splitRecipients(text).filter((address) => !present.has(addressIdentity(address)))
  const chips = addresses.map((address): Chip => ({ address, name: '', verdict: 'asking' }))
  store.setState((state) => ({
    [field]: [...state[field], ...chips],
    typed: { ...state.typed, [field]: '' },
    touched: true,
  }))
  await judge(context)
  await nameChips(context, addresses)
}

async function nameChips(context: Context, addresses: readonly string[]): Promise<void> {
  const names = new Map(
    await Promise.all(addresses.map(async (address) => [address, await nameOf(context, address)] as const)),
  )
  const named = (chip: Chip): Chip => ({ ...chip, name: names.get(chip.address) || chip.name })
  context.store.setState(({ to, cc, bcc }) => ({ to: to.map(named), cc: cc.map(named), bcc: bcc.map(named) }))
}

async function send(context: Context): Promise<boolean> {
  const { store, ports } = context
  for (const field of recipientFields) {
    const { typed } = store.getState()
    // What is still in a field counts as a recipient, since the sender sees it there.
    if (typed[field].trim() !== '') await add(context, field, typed[field])
  }
  await judge(context)
  const state = store.getState()
  if (!canSend(state)) return false
  const { failure: _over, ...rest } = state
  // From here on nothing of the mail may change: what goes out is what was judged.
  store.setState({ ...rest, step: 'sending' }, true)
  const addresses = (chips: readonly Chip[]) => chips.map(({ address }) => address)
  const result = await ports.host.call('outbox.submit', {
    kind: 'mail',
    to: addresses(state.to),
    cc: addresses(state.cc),
    bcc: addresses(state.bcc),
    subject: state.subject,
    text: state.text,
    ...(state.inReplyTo !== undefined && { inReplyTo: state.inReplyTo }),
  })
  if (result.ok) store.setState(closed, true)
  else store.setState({ step: 'editing', failure: result.failure })
  return result.ok
}

/** A whole address arrived in one go, as pasting does: if the guard refuses it, it becomes a marked chip at once. */
async function pasted(context: Context, field: RecipientLine, text: string): Promise<void> {
  const refusals = await judgeRecipients(context.ports.host, [text.trim()])
  if (refusals && refusals.size > 0 && context.store.getState().typed[field] === text) await add(context, field, text)
}

function putAside({ store }: Context): void {
  const state = store.getState()
  if (state.step !== 'editing') return
  if (hasContent(state)) store.setState({ step: 'aside' })
  else store.setState(closed, true)
}

async function readAnew(context: Context, state: ComposeState): Promise<void> {
  await judge(context)
  await nameChips(
    context,
    allChips(state).map(({ address }) => address),
  )
}

/** Begins a mail, and keeps the one that was being written if anybody wrote into it. Resolves once it is judged. */
function begin(context: Context, kept: ComposeState[], begun: ComposeStart): Promise<void> {
  const { store } = context
  const { to = [], cc = [], ...rest } = begun
  const before = store.getState()
  if (before.step === 'sending') return Promise.resolve()
  // A reply that nobody has written into is not kept: one press makes it again.
  if (before.touched && hasContent(before)) kept.push(before)
  store.setState({ ...closed, ...rest, step: 'editing', to: to.map(asChip), cc: cc.map(asChip) }, true)
  return judge(context)
}

function resume(context: Context, kept: ComposeState[]): void {
  const state = context.store.getState()
  if (state.step === 'sending') return
  const open = state.step === 'closed' ? (kept.pop() ?? closed) : state
  context.store.setState({ ...open, step: 'editing' }, true)
  if (allChips(open).some(({ verdict }) => verdict === 'asking')) void readAnew(context, open)
}

/** What the fields of the composer do with what is written into them. */
function writing(context: Context) {
  const { store } = context
  return {
    add: (field: RecipientLine, text: string) => add(context, field, text),
    setTyped: (field: RecipientLine, text: string) => {
      const { typed } = store.getState()
      store.setState({ typed: { ...typed, [field]: text }, touched: true })
      if (text.length > typed[field].length + 1 && looksLikeAddress(text)) void pasted(context, field, text)
    },
    setChips: (field: RecipientLine, chips: readonly Chip[]) => {
      store.setState({ [field]: chips, touched: true })
      return judge(context)
    },
    setSubject: (subject: string) => store.setState({ subject, touched: true }),
    setText: (text: string) => store.setState({ text, touched: true }),
  }
}

/** Makes the composer's state; what was begun is kept by the engine. */
export function createCompose(ports: Ports) {
  const store = createStore<ComposeState>(() => closed)
  const context: Context = { store, ports }
  /** Mails that were begun before the one shown. Each comes back when the one after it is sent or discarded. */
  const kept: ComposeState[] = []
  const keeper = createKeeper({ ...context, kept, restore: (state) => readAnew(context, state) })
  /** Whatever opens, empties or ends the composer begins a round: an answer that is still being planned opens it no more. */
  const opened = latest()
  const start = (begun: ComposeStart) => {
    opened.next()
    return begin(context, kept, begun)
  }
  return {
    store,
    /** Those of the addresses who may be written to by the list in force. */
    allowed: async (addresses: readonly string[]): Promise<ReadonlySet<string>> => {
      const refusals = await judgeRecipients(ports.host, addresses)
      return new Set(refusals ? addresses.filter((address) => !refusals.has(address)) : [])
    },
    /** What was begun before Kith was locked or closed. */
    load: keeper.load,
    save: keeper.save,
    start,
    /** Begins an answer; to whom it goes, the guard says. Nothing opens if by then something else was asked for. */
    answer: async (message: Message, scope: ReplyScope) => {
      const isWanted = opened.next()
      const planned = await startReply(ports.host, message, scope)
      if (isWanted()) await start(planned)
    },
    ...writing(context),
    send: async () => {
      const isSent = await send(context)
      // What was sent must not come back as a draft.
      if (isSent) await keeper.save()
      return isSent
    },
    putAside: () => {
      putAside(context)
      void keeper.save()
    },
    /** Goes on with what was put aside or begun before, or begins anew. */
    resume: () => {
      opened.next()
      resume(context, kept)
    },
    discard: () => {
      opened.next()
      store.setState(closed, true)
      void keeper.save()
    },
    clear: () => {
      opened.next()
      keeper.forget()
      kept.length = 0
      store.setState(closed, true)
    },
    /** The list moved: who was allowed may be refused now, and the other way round. */
    moved: () => judge(context),
  }
}
