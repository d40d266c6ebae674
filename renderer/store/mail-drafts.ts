/** The mail that is being written is kept in the store as it grows: locking, closing and other mails lose nothing of it. */
import type { StoreApi } from 'zustand/vanilla'
import type { MailDraft } from '../../shared/mail-drafts.ts'
import { maxSubjectLength, maxTextLength } from '../../shared/message.ts'
import { createTurns } from '../../shared/turns.ts'
import { debounce } from '../clock.ts'
import { type Chip, type ComposeState, closed, hasContent, type RecipientLine } from './compose-state.ts'
import type { Ports } from './ports.ts'

/** Wait after the last key before what was written is kept. */
const keepWait = 400

/** What is kept of a mail. Names are left out: the whitelist gives them again. */
function draftOf({ to, cc, bcc, typed, subject, text, inReplyTo }: ComposeState): MailDraft {
  const addresses = (chips: readonly Chip[]) => chips.map(({ address }) => address.slice(0, 320))
  const cut = (field: RecipientLine) => typed[field].slice(0, 10_000)
  return {
    to: addresses(to),
    cc: addresses(cc),
    bcc: addresses(bcc),
    typed: { to: cut('to'), cc: cut('cc'), bcc: cut('bcc') },
    subject: subject.slice(0, maxSubjectLength),
    text: text.slice(0, maxTextLength),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
  }
}

/** A kept mail as the composer goes on with it. */
export function restored(id: string, { to, cc, bcc, ...rest }: MailDraft): ComposeState {
  const chips = (addresses: readonly string[]) =>
    addresses.map((address): Chip => ({ address, name: '', verdict: 'asking' }))
  return { ...closed, ...rest, id, step: 'editing', touched: true, to: chips(to), cc: chips(cc), bcc: chips(bcc) }
}

/** What would be kept, as text that can be compared; empty where there is nothing. */
function textOf(state: ComposeState): string {
  return state.touched && hasContent(state) ? JSON.stringify(draftOf(state)) : ''
}

/** One mail from its beginning to its end: under which id it is kept, and what of it. */
type Kept = { id?: string; text: string }

/** Under which id the open mail is kept, or why it is not. */
function noteIn(store: StoreApi<ComposeState>, as: Pick<ComposeState, 'id' | 'unkept'>): void {
  const { id: _before, unkept: _over, ...rest } = store.getState()
  store.setState({ ...rest, ...as }, true)
}

/** Keeps the open mail a moment after each key. `onKept`: what is kept changed. */
export function createKeeper(store: StoreApi<ComposeState>, { host, clock }: Ports, onKept: () => Promise<void>) {
  let kept: Kept = { text: '' }
  const inTurn = createTurns()
  const isKept = () => {
    const state = store.getState()
    return state.step !== 'editing' || textOf(state) === kept.text
  }
  const note = (as: Pick<ComposeState, 'id' | 'unkept'>) => noteIn(store, as)
  const remove = async ({ id }: Kept) => {
    if (id === undefined) return
    await host.call('mailDrafts.remove', { id })
    void onKept()
  }
  const write = async (mine: Kept): Promise<boolean> => {
    // Sent or discarded meanwhile: it must not come back.
    if (mine !== kept || isKept()) return true
    const state = store.getState()
    const text = textOf(state)
    if (text === '') {
      kept = { text }
      note({})
      await remove(mine)
      return true
    }
    const as = mine.id === undefined ? {} : { id: mine.id }
    const saved = await host.call('mailDrafts.save', { ...as, draft: draftOf(state) })
    const isOpen = mine === kept
    if (saved.ok) Object.assign(mine, { id: saved.value.id, text })
    if (isOpen) note(saved.ok ? { id: saved.value.id } : { ...as, unkept: saved.failure })
    if (saved.ok) void onKept()
    return saved.ok
  }
  /** True once it is in the store, or there is nothing of it. */
  const save = (): Promise<boolean> => {
    const mine = kept
    return inTurn(() => write(mine))
  }
  store.subscribe(debounce(clock, keepWait, () => void save()))
  return {
    save,
    changed: () => void onKept(),
    /** Whether the open mail may be left: all of it is in the store. */
    settle: async (): Promise<boolean> => {
      while (!isKept()) if (!(await save())) return false
      return true
    },
    /** Another mail is begun, or one that is kept is gone on with. */
    begin: (state: ComposeState) => {
      kept = state.id === undefined ? { text: '' } : { id: state.id, text: textOf(state) }
    },
    /** Under which id the open mail is kept, once no call about it is on its way. */
    keptAs: () => inTurn(() => Promise.resolve(kept.id)),
    /** The open mail is not wanted any more. */
    remove: () => {
      const mine = kept
      kept = { text: '' }
      return inTurn(() => remove(mine))
    },
  }
}
