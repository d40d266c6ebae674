/** The session's calls of the contract. */
import type { KithContract } from '../../../shared/contract.ts'
import { type Handlers, ok } from '../../../shared/rpc.ts'
import type { SessionService } from './session.ts'

type SessionCall = Extract<keyof Handlers<KithContract>, `session.${string}`>

/** What the session answers; all of it works while no account is open. */
export function sessionHandlers(session: SessionService): Pick<Handlers<KithContract>, SessionCall> {
  return {
    'session.state': () => ok(session.state()),
    'session.signIn': session.signIn,
    'session.signOut': session.signOut,
    'session.lock': session.lock,
    'session.unlock': ({ secret }) => session.unlock(secret),
    'session.mailPassword': ({ password }) => session.mailPassword(password),
    'session.protection': session.protection,
  }
}
