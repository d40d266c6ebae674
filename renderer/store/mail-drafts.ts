/** Mails that were begun, kept in the store: locking and closing lose nothing of them. */
import type { StoreApi } from 'zustand/vanilla'
import { type MailDraft, maxMailDrafts, maxSubjectLength, maxTextLength } from '../../shared/message.ts'
import { debounce } from '../clock.ts'
import { type Chip, type ComposeState, closed, hasContent, type RecipientLine } from './compose-state.ts'
import { latest } from './latest.ts'
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

function restored({ to, cc, bcc, ...rest }: MailDraft): ComposeState {
  const chips = (addresses: readonly string[]) =>
    addresses.map((address): Chip => ({ address, name: '', verdict: 'asking' }))
  return { ...closed, ...rest, step: 'aside', touched: true, to: chips(to), cc: chips(cc), bcc: chips(bcc) }
}

type Keeping = {
  readonly store: StoreApi<ComposeState>
  readonly ports: Ports
  /** Mails that were begun before the one that the store shows; the keeper adds those that it read. */
  readonly kept: ComposeState[]
  /** What came back is judged and named anew. */
  readonly restore: (state: ComposeState) => Promise<void>
}

/** Keeps what was begun in the store, so that locking and closing lose nothing of it. */
export function createKeeper({ store, ports, kept, restore }: Keeping) {
  /** What is in the store; undefined before it was asked. */
  let known: string | undefined
  const questions = latest()
  const save = async () => {
    // Not read yet: saving now would overwrite the drafts of the last run.
    if (known === undefined) return
    const state = store.getState()
    const open = state.touched && state.step !== 'closed' && hasContent(state) ? [state] : []
    const drafts = [...kept, ...open].map(draftOf).slice(-maxMailDrafts)
    const text = JSON.stringify(drafts)
    // The store's state changes with every verdict too: only what would be kept differently is written.
    if (text === known) return
    known = text
    const saved = await ports.host.call('mailDrafts.save', { drafts })
    // Tried again with the next key.
    if (!saved.ok && known === text) known = ''
  }
  store.subscribe(debounce(ports.clock, keepWait, () => void save()))
  return {
    save,
    load: async () => {
      const isWanted = questions.next()
      const read = await ports.host.call('mailDrafts.get', {})
      if (!read.ok || !isWanted() || known !== undefined) return
      known = JSON.stringify(read.value.drafts)
      kept.unshift(...read.value.drafts.map((draft) => restored(draft)))
      const last = store.getState().step === 'closed' ? kept.pop() : undefined
      if (!last) return
      store.setState(last, true)
      await restore(last)
    },
    forget: () => {
      questions.next()
      known = undefined
    },
  }
}
