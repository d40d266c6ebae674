/** The mail that is being written: opened, judged, sent, kept or discarded. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { addressIdentity } from '../../shared/address.ts'
import type { Message } from '../../shared/message.ts'
import { ok, type Result } from '../../shared/rpc.ts'
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
import { type Latest, latest } from './latest.ts'
import { createKeeper, restored } from './mail-drafts.ts'
import type { Ports } from './ports.ts'
import { looksLikeAddress, splitRecipients } from './recipients.ts'
import { type ReplyScope, startReply } from './reply.ts'

type Context = { readonly store: StoreApi<ComposeState>; readonly ports: Ports }
type Keeper = ReturnType<typeof createKeeper>

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

async function send(context: Context, keeper: Keeper): Promise<boolean> {
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
  const begunAs = await keeper.keptAs()
  const addresses = (chips: readonly Chip[]) => chips.map(({ address }) => address)
  const result = await ports.host.call('outbox.submit', {
    kind: 'mail',
    to: addresses(state.to),
    cc: addresses(state.cc),
    bcc: addresses(state.bcc),
    subject: state.subject,
    text: state.text,
    ...(state.inReplyTo !== undefined && { inReplyTo: state.inReplyTo }),
    ...(begunAs !== undefined && { begunAs }),
  })
  if (result.ok) {
    show(context, keeper, closed)
    keeper.changed()
  } else store.setState({ step: 'editing', failure: result.failure })
  return result.ok
}

/** A whole address arrived in one go, as pasting does: if the guard refuses it, it becomes a marked chip at once. */
async function pasted(context: Context, field: RecipientLine, text: string): Promise<void> {
  const refusals = await judgeRecipients(context.ports.host, [text.trim()])
  if (refusals && refusals.size > 0 && context.store.getState().typed[field] === text) await add(context, field, text)
}

async function readAnew(context: Context, state: ComposeState): Promise<void> {
  await judge(context)
  await nameChips(
    context,
    allChips(state).map(({ address }) => address),
  )
}

/** Shows a mail in the composer, in place of the one that was there. */
function show({ store }: Context, keeper: Keeper, state: ComposeState): void {
  keeper.begin(state)
  store.setState({ ...state, round: store.getState().round + 1 }, true)
}

/** What opens, leaves and ends the mail that is being written. `opened`: an answer that is still on its way opens it no more. */
function opening(context: Context, keeper: Keeper, opened: Latest) {
  const { store, ports } = context
  /** Whether another mail may take the place of this one: it is kept, nothing else was asked for, and it is not on its way. */
  const leave = async (isWanted: () => boolean) =>
    (await keeper.settle()) && isWanted() && store.getState().step !== 'sending'
  const start = async ({ to = [], cc = [], ...rest }: ComposeStart) => {
    const isWanted = opened.next()
    if (!(await leave(isWanted))) return
    show(context, keeper, { ...closed, ...rest, step: 'editing', to: to.map(asChip), cc: cc.map(asChip) })
    await judge(context)
  }
  return {
    start,
    /** Begins an answer; to whom it goes, the guard says. Nothing opens if by then something else was asked for. */
    answer: async (message: Message, scope: ReplyScope) => {
      const isWanted = opened.next()
      const planned = await startReply(ports.host, message, scope)
      if (isWanted()) await start(planned)
    },
    /** Goes on with a mail that was begun. */
    open: async (id: string): Promise<Result<unknown>> => {
      const isWanted = opened.next()
      if (store.getState().id === id || !(await leave(isWanted))) return ok({})
      const read = await ports.host.call('mailDrafts.get', { id })
      if (!read.ok || !isWanted()) return read
      const state = restored(id, read.value)
      show(context, keeper, state)
      await readAnew(context, state)
      return ok({})
    },
    /** Closes the composer for something else; the mail stays among those that were begun. */
    putAside: async () => {
      if (await leave(opened.next())) show(context, keeper, closed)
    },
    /** Ends the mail; what it gives back brings it back. Nothing where nothing was written. */
    discard: (): (() => Promise<void>) | undefined => {
      opened.next()
      const state = store.getState()
      void keeper.remove()
      store.setState({ ...closed, round: state.round }, true)
      if (!hasContent(state)) return undefined
      const { id: _removed, unkept: _over, ...rest } = state
      return async () => {
        if (!(await leave(opened.next()))) return
        const again: ComposeState = { ...rest, step: 'editing', touched: true }
        show(context, keeper, again)
        await Promise.all([keeper.save(), readAnew(context, again)])
      }
    },
    clear: () => {
      opened.next()
      show(context, keeper, closed)
    },
  }
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

/** Makes the composer's state; what was begun is kept by the engine. `onKept`: what is kept changed. */
export function createCompose(ports: Ports, onKept: () => Promise<void>) {
  const store = createStore<ComposeState>(() => closed)
  const context: Context = { store, ports }
  const keeper = createKeeper(store, ports, onKept)
  return {
    store,
    /** Those of the addresses who may be written to by the list in force. */
    allowed: async (addresses: readonly string[]): Promise<ReadonlySet<string>> => {
      const refusals = await judgeRecipients(ports.host, addresses)
      return new Set(refusals ? addresses.filter((address) => !refusals.has(address)) : [])
    },
    save: keeper.save,
    ...opening(context, keeper, latest()),
    ...writing(context),
    send: () => send(context, keeper),
    /** The list moved: who was allowed may be refused now, and the other way round. */
    moved: () => judge(context),
  }
}
