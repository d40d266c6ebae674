/** Signing in, unlocking and leaving. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Failure, Result } from '../../shared/rpc.ts'
import type { Session } from '../../shared/session.ts'
import type { Ports } from './ports.ts'

type SessionState = {
  readonly session?: Session
  readonly busy: 'no' | 'loading' | 'signingIn' | 'unlocking' | 'leaving'
  readonly failure?: Failure
  /** When the next try is allowed, after `tooManyAttempts`. */
  readonly retryAt?: number
}

/** What the sign-in form holds. `server` may be an enrolment code; `passphrase` is there where no keychain is. */
export type SignInForm = {
  readonly server: string
  readonly user: string
  readonly password: string
  readonly passphrase?: string
}

type Store = StoreApi<SessionState>

/** Notes that something began, and takes the last failure off the screen. */
function begin(store: Store, busy: SessionState['busy']): void {
  const { session } = store.getState()
  store.setState({ ...(session && { session }), busy }, true)
}

function end(store: Store, ports: Ports, result: Result<Session>): boolean {
  if (result.ok) {
    store.setState({ session: result.value, busy: 'no' }, true)
    return true
  }
  const { session } = store.getState()
  const wait = result.failure.detail?.retryAfter
  store.setState(
    {
      ...(session && { session }),
      busy: 'no',
      failure: result.failure,
      ...(wait !== undefined && { retryAt: ports.clock.now() + wait }),
    },
    true,
  )
  return false
}

async function signIn(store: Store, ports: Ports, form: SignInForm): Promise<boolean> {
  if (store.getState().busy === 'signingIn') return false
  begin(store, 'signingIn')
  return end(store, ports, await ports.host.call('session.signIn', form))
}

async function leave(store: Store, ports: Ports, call: 'session.signOut' | 'session.lock'): Promise<void> {
  begin(store, 'leaving')
  end(store, ports, await ports.host.call(call, {}))
}

/** Makes the session's state; one attempt to sign in at a time. */
export function createSession(ports: Ports) {
  const store = createStore<SessionState>(() => ({ busy: 'loading' }))
  return {
    store,
    /** Takes over an event from the engine. The words of a failure stay until the step changes, so that they can be read. */
    received: (session: Session) => {
      const before = store.getState()
      if (before.session?.step === session.step) store.setState({ session })
      else store.setState({ session, busy: before.busy === 'loading' ? 'no' : before.busy }, true)
    },
    load: async () => {
      begin(store, 'loading')
      end(store, ports, await ports.host.call('session.state', {}))
    },
    signIn: (form: SignInForm) => signIn(store, ports, form),
    unlock: async (secret: string) => {
      begin(store, 'unlocking')
      return end(store, ports, await ports.host.call('session.unlock', { secret }))
    },
    /** True once it is kept; whether the mail servers take it is told by the session. */
    mailPassword: async (password: string) => {
      begin(store, 'signingIn')
      return end(store, ports, await ports.host.call('session.mailPassword', { password }))
    },
    lock: () => leave(store, ports, 'session.lock'),
    signOut: () => leave(store, ports, 'session.signOut'),
  }
}
