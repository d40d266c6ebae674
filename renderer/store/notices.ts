/** Short news for the user. */
import { createStore } from 'zustand/vanilla'
import type { ListChange } from '../../shared/contract.ts'
import type { HeldChoice } from '../../shared/held.ts'
import type { Failure } from '../../shared/rpc.ts'
import type { Ports } from './ports.ts'

/** What a notice says; the words are the screen's. */
type NoticeBody =
  | { readonly about: 'sent' | 'copied' | 'requested' }
  | { readonly about: 'discarded'; readonly undo: () => void }
  | { readonly about: 'deleted'; readonly count: number }
  | { readonly about: 'dismissed'; readonly count: number; readonly choice: HeldChoice }
  /** Messages that were held moved to the conversation with `name`. */
  | { readonly about: 'admitted'; readonly conversation: string; readonly name: string; readonly count: number }
  /** A contact request was answered; `name` is the address where nothing else is known. */
  | { readonly about: 'linked' | 'declined'; readonly name: string; readonly address: string }
  | { readonly about: 'failure'; readonly failure: Failure }
  | { readonly about: 'refreshed'; readonly change: ListChange }
/** A notice on screen; `id` counts up and tells two of the same words apart. */
export type Notice = NoticeBody & { readonly id: number }

/** A message or a contact request that came in: read out to those who do not see the counts. */
type Arrival = { readonly id: number; readonly name: string; readonly what: 'message' | 'request' }

type NoticesState = { readonly notices: readonly Notice[]; readonly arrival?: Arrival }

/** How long a notice stays: long enough to read two lines twice. */
const noticeTime = 7_000
/** The same where it offers something to do. */
const offerTime = 20_000
const offers: ReadonlySet<NoticeBody['about']> = new Set(['discarded', 'dismissed', 'admitted', 'linked'])

/** Makes the notices; each goes by itself after some seconds. */
export function createNotices(ports: Ports) {
  const store = createStore<NoticesState>(() => ({ notices: [] }))
  let next = 1
  const dismiss = (id: number) =>
    store.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }))
  return {
    store,
    dismiss,
    clear: () => store.setState({ notices: [] }, true),
    arrived: (name: string, what: Arrival['what'] = 'message') =>
      store.setState({ arrival: { id: next++, name, what } }),
    say: (body: NoticeBody) => {
      const id = next++
      // Three at most: more would cover the page, and nobody would read them in time.
      store.setState(({ notices }) => ({ notices: [...notices.slice(-2), { ...body, id }] }))
      ports.clock.after(offers.has(body.about) ? offerTime : noticeTime, () => dismiss(id))
    },
  }
}
