/** Whether the administration is open, and how it is opened. */
import { createStore } from 'zustand/vanilla'
import type { AdminState } from '../../../shared/administration.ts'
import type { Failure, Result } from '../../../shared/rpc.ts'
import type { Ports } from '../ports.ts'

type OpeningState = {
  /** Where the caller stands; not known yet while it is absent. */
  readonly state?: AdminState
  /** A new authenticator's secret, shown once. */
  readonly setUp?: { readonly secret: string; readonly uri: string }
  /** New recovery codes: here only until the reader has kept them. */
  readonly codes?: readonly string[]
  /** Whether a recovery code opened it. */
  readonly recovered?: boolean
  readonly busy: boolean
  readonly failure?: Failure
  /** When the next try is allowed, after `tooManyAttempts`. */
  readonly retryAt?: number
}

/** A state as it is told when it was opened. */
type Opened = AdminState & { readonly codes?: string[]; readonly recovered?: boolean }

/** What is on screen only once stays there while it is open; codes of a new authenticator end what the old one's did. */
function takenBy(before: OpeningState, { codes, recovered, ...state }: Opened): OpeningState {
  if (state.step !== 'open') return { busy: false, state }
  const shown = codes ?? before.codes
  const used = codes ? undefined : (recovered ?? before.recovered)
  return { busy: false, state, ...(shown && { codes: shown }), ...(used !== undefined && { recovered: used }) }
}

/** The way into the administration. `opened`: it is open from now on. */
export function createOpening({ host, clock }: Ports, opened: () => void) {
  const store = createStore<OpeningState>(() => ({ busy: false }))
  const begin = () => {
    const { failure: _over, retryAt: _passed, ...rest } = store.getState()
    store.setState({ ...rest, busy: true }, true)
  }
  const failed = (failure: Failure) => {
    const wait = failure.detail?.retryAfter
    store.setState({ busy: false, failure, ...(wait !== undefined && { retryAt: clock.now() + wait }) })
  }
  const take = (result: Result<Opened>) => {
    if (!result.ok) {
      failed(result.failure)
      return false
    }
    // The state is asked for again and again; only the step from closed to open loads anything.
    const before = store.getState()
    store.setState(takenBy(before, result.value), true)
    if (result.value.step === 'open' && before.state?.step !== 'open') opened()
    return true
  }
  return {
    store,
    load: async () => take(await host.call('admin.state', {})),
    setUp: async (password: string) => {
      begin()
      const result = await host.call('admin.setUp', { password })
      if (result.ok) store.setState({ busy: false, setUp: result.value })
      else failed(result.failure)
      return result.ok
    },
    confirm: async (code: string) => {
      begin()
      return take(await host.call('admin.confirm', { code }))
    },
    open: async (secret: { readonly code: string } | { readonly password: string }) => {
      begin()
      return take(await host.call('admin.open', secret))
    },
    /** New recovery codes, for whoever knows the password. */
    makeCodes: async (password: string) => {
      begin()
      const result = await host.call('admin.recoveryCodes', { password })
      if (result.ok) store.setState({ codes: result.value.codes })
      return result.ok ? take(await host.call('admin.state', {})) : take(result)
    },
    /** The reader has kept the codes: they leave the page. */
    keptCodes: () => {
      const { codes: _kept, ...rest } = store.getState()
      store.setState(rest, true)
    },
    /** A dialog about the authenticator is closed, whether or not it came to an end. */
    leave: () => {
      const { setUp: _dropped, failure: _over, retryAt: _passed, ...rest } = store.getState()
      store.setState(rest, true)
    },
    close: async () => take(await host.call('admin.close', {})),
    clear: () => store.setState({ busy: false }, true),
  }
}
