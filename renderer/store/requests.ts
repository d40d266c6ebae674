/** Contact requests and invitations. */
import { createStore } from 'zustand/vanilla'
import type { ContactRequests } from '../../shared/requests.ts'
import type { Failure, Result } from '../../shared/rpc.ts'
import { latest } from './latest.ts'
import type { Ports } from './ports.ts'

/** What is being asked for, in the dialog. */
export type RequestDraft = {
  readonly to: string
  readonly note: string
  readonly busy: boolean
  readonly failure?: Failure
}

/** An invitation to hand on: its text, and when it ends, in milliseconds. */
export type Invitation = { readonly text: string; readonly expiresAt: number }

type RequestsState = {
  readonly phase: 'new' | 'ready' | 'failed'
  readonly requests: ContactRequests
  /** How many wait for the user's answer. */
  readonly waiting: number
  readonly failure?: Failure
  readonly draft?: RequestDraft
  readonly invitation?: Invitation
}

const none: ContactRequests = { incoming: [], own: [], answered: [], approvals: [] }
const start: RequestsState = { phase: 'new', requests: none, waiting: 0 }

/** Makes the state of requests, of the dialog and of the invitation. */
export function createRequests({ host }: Ports) {
  const store = createStore<RequestsState>(() => start)
  const questions = latest()
  const load = async () => {
    const isWanted = questions.next()
    const result = await host.call('requests.list', {})
    if (!isWanted()) return
    if (!result.ok) return store.setState({ phase: 'failed', failure: result.failure })
    const { incoming, approvals } = result.value
    const { failure: _old, ...state } = store.getState()
    const waiting = incoming.length + approvals.length
    return store.setState({ ...state, phase: 'ready', requests: result.value, waiting }, true)
  }
  const write = (change: Partial<RequestDraft>) => {
    const { draft } = store.getState()
    if (draft) store.setState({ draft: { ...draft, ...change } })
  }
  const close = () => {
    const { draft: _done, ...state } = store.getState()
    store.setState(state, true)
  }
  return {
    store,
    load,
    /** Opens the dialog. */
    begin: (to = '') => store.setState({ draft: { to, note: '', busy: false } }),
    write,
    close,
    /** True when the request was taken. */
    submit: async (): Promise<boolean> => {
      const { draft } = store.getState()
      if (!draft || draft.busy) return false
      const { to, note } = draft
      store.setState({ draft: { to, note, busy: true } })
      const result = await host.call('requests.create', { to: to.trim(), note })
      if (!result.ok) write({ busy: false, failure: result.failure })
      else close()
      return result.ok
    },
    answer: (id: string, accept: boolean): Promise<Result<unknown>> => host.call('requests.answer', { id, accept }),
    withdraw: (id: string): Promise<Result<unknown>> => host.call('requests.withdraw', { id }),
    invite: async (): Promise<Result<unknown>> => {
      const result = await host.call('invitations.create', {})
      if (result.ok) store.setState({ invitation: result.value })
      return result
    },
    clear: () => {
      questions.next()
      store.setState(start, true)
    },
  }
}
