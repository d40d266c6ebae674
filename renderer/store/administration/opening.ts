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
  readonly busy: boolean
  readonly failure?: Failure
  /** When the next try is allowed, after `tooManyAttempts`. */
  readonly retryAt?: number
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
  const take = (result: Result<AdminState>) => {
    if (!result.ok) {
      failed(result.failure)
      return false
    }
    // The state is asked for again and again; only the step from closed to open loads anything.
    const wasOpen = store.getState().state?.step === 'open'
    store.setState({ busy: false, state: result.value }, true)
    if (result.value.step === 'open' && !wasOpen) opened()
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
    close: async () => take(await host.call('admin.close', {})),
    clear: () => store.setState({ busy: false }, true),
  }
}
