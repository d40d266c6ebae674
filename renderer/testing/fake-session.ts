import type { KithContract } from '../../shared/contract.ts'
import { fail, type Handlers, ok, type Result } from '../../shared/rpc.ts'
import type { Session } from '../../shared/session.ts'
import type { FakeState } from './fake-state.ts'

export const readySession: Extract<Session, { readonly step: 'ready' }> = {
  step: 'ready',
  user: 'alice',
  name: 'Alice Chen 陳雅筑',
  address: 'alice@kith.test',
  server: 'https://mail.kith.test:8443',
  connection: 'online',
  mail: 'online',
  sendingOff: 'no',
  role: 'none',
}

export const signedOutSession: Session = {
  step: 'signedOut',
  server: '',
  user: '',
  demo: {
    server: 'https://127.0.0.1:8443',
    accounts: [
      { user: 'alice', name: 'Alice Chen 陳雅筑', password: 'demo-alice', role: 'employee' },
      { user: 'bob', name: 'Bob Lin 林柏', password: 'demo-bob', role: 'employee' },
      { user: 'wei', name: '张伟', password: 'demo-wei', role: 'partner' },
    ],
  },
}

type SessionCalls = Pick<
  Handlers<KithContract>,
  | 'session.state'
  | 'session.signIn'
  | 'session.signOut'
  | 'session.lock'
  | 'session.unlock'
  | 'session.mailPassword'
  | 'session.protection'
  | 'settings.get'
  | 'settings.set'
  | 'diagnostics.export'
  | 'app.about'
>

const digits = '04812 55930 17764 90021 38875 62210'

export function sessionHandlers(state: FakeState): SessionCalls {
  const become = (session: Session): Result<Session, never> => {
    state.session = session
    state.emit('session.changed', session)
    return ok(session)
  }
  return {
    'session.state': () => ok(state.session),
    'session.signIn': ({ user, password }) =>
      password.startsWith('wrong') ? fail('authFailed') : become({ ...readySession, user }),
    'session.signOut': () =>
      become({ ...signedOutSession, server: 'https://mail.kith.test:8443', user: 'alice' } as Session),
    'session.lock': () => become({ step: 'locked', secret: 'password', reason: 'user', user: 'alice' }),
    'session.mailPassword': () => become({ ...readySession, mail: 'online' }),
    'session.unlock': ({ secret }) => (secret.startsWith('wrong') ? fail('passphraseWrong') : become(readySession)),
    'session.protection': () => ok({ kind: 'keychain', keychainAvailable: true }),
    'settings.get': () => ok(state.settings),
    'settings.set': (change) => {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      state.settings = { ...state.settings, ...given }
      state.emit('settings.changed', state.settings)
      return ok(state.settings)
    },
    'diagnostics.export': () =>
      ok({ text: 'kith 0.1.0\nengine node 24.21.0\nlist version 42, 12 entries\noutbox 1 waiting\n' }),
    'app.about': () =>
      ok({ version: '0.1.0', engine: 'node 24.21.0', device: 'Alice’s laptop (linux)', deviceWords: digits }),
  }
}
