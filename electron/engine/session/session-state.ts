/**
 * The session's steps and every hard decision between them, as pure functions: facts in, next step out. What is done
 * about a decision stands beside it in the stories: `sign-in/`, `unlock/`, `commands/`. An event that makes no sense in
 * a step changes nothing, so a late answer of the network can't open a locked store.
 */

import type { ClosedFailure } from '../../../shared/failures.ts'
import { assertNever, type FailureKind } from '../../../shared/rpc.ts'
import type { MailTrouble, Session } from '../../../shared/session.ts'

type StepOf<S extends Session['step']> = Extract<Session, { readonly step: S }>
type Ready = StepOf<'ready'>
type Locked = StepOf<'locked'>
/** Why nothing may be sent now; `no` where it may. */
export type SendingOff = Ready['sendingOff']

/** Who is signed in, as the server said and the store keeps. */
type Person = Pick<Ready, 'user' | 'name' | 'address' | 'server'>
/** The fingerprints that a person and an administrator compare. */
type Words = { readonly deviceWords: string; readonly serverWords: string }

/** The session as the engine keeps it: the page's, with what a retry needs. */
export type SessionState =
  | { readonly step: 'signedOut'; readonly server: string; readonly user: string; readonly cause?: ClosedFailure }
  | Locked
  | (StepOf<'pending'> & { readonly server: string })
  | Ready

/** What may happen to a session. */
export type SessionEvent =
  /** The store is open and the device active; the network may be anywhere. */
  | { readonly type: 'opened'; readonly person: Person }
  | { readonly type: 'waitingForApproval'; readonly user: string; readonly server: string; readonly words: Words }
  | { readonly type: 'connectionChanged'; readonly connection: Ready['connection'] }
  | { readonly type: 'mailChanged'; readonly mail: Ready['mail'] }
  | { readonly type: 'mailTroublesChanged'; readonly troubles: readonly MailTrouble[] }
  | { readonly type: 'sendingChanged'; readonly sendingOff: SendingOff }
  | ({ readonly type: 'standingTold'; readonly toDecide?: number } & Pick<Ready, 'role' | 'colleagues'>)
  | ({ readonly type: 'locked' } & Pick<Locked, 'secret' | 'reason' | 'user'>)
  | { readonly type: 'closed'; readonly server: string; readonly user: string; readonly cause?: ClosedFailure }

/** The step after an event; the same object where the event changes nothing. */
export function nextSession(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    // Everything but the person is unknown until the network has spoken; sending is judged again at submit in any case.
    case 'opened': {
      const unknown = { connection: 'connecting', mail: 'connecting', sendingOff: 'no', role: 'none' } as const
      return { step: 'ready', ...event.person, ...unknown }
    }
    case 'waitingForApproval':
      return { step: 'pending', user: event.user, server: event.server, ...event.words }
    case 'connectionChanged':
      return state.step === 'ready' ? { ...state, connection: event.connection } : state
    case 'mailChanged':
      return state.step === 'ready' ? { ...state, mail: event.mail } : state
    case 'mailTroublesChanged':
      return state.step === 'ready' ? { ...state, mailTroubles: [...event.troubles] } : state
    case 'sendingChanged':
      return state.step === 'ready' ? { ...state, sendingOff: event.sendingOff } : state
    case 'standingTold':
      return state.step === 'ready' ? withStanding(state, event) : state
    case 'locked':
      // A store that was never opened here has nothing to lock.
      if (state.step === 'signedOut' && event.reason !== 'start' && event.reason !== 'user') return state
      return { step: 'locked', secret: event.secret, reason: event.reason, user: event.user }
    case 'closed': {
      const { server, user, cause } = event
      return { step: 'signedOut', server, user, ...(cause === undefined ? {} : { cause }) }
    }
    default:
      return assertNever(event)
  }
}

type Standing = Extract<SessionEvent, { readonly type: 'standingTold' }>

function withStanding({ toDecide: _before, ...state }: Ready, { role, colleagues, toDecide = 0 }: Standing): Ready {
  return { ...state, role, colleagues, ...(toDecide === 0 ? {} : { toDecide }) }
}

/** Why a call that needs the open store can't be answered in this step. */
export function whyClosed(state: SessionState): ClosedFailure {
  switch (state.step) {
    case 'signedOut':
      return state.cause ?? 'notSignedIn'
    case 'locked':
      return state.reason === 'revoked' ? 'deviceRevoked' : 'locked'
    case 'pending':
      return 'devicePending'
    case 'ready':
      return 'notSignedIn'
    default:
      return assertNever(state)
  }
}

/** The account that the profile names; both empty when it names none. */
type NamedAccount = { readonly server: string; readonly user: string }

/** What the last run left behind. */
type LeftBehind = {
  /** Empty where the key that seals it is not there yet. */
  readonly user: string
  /** The user locked the app, and it stays locked. */
  readonly locked: boolean
  /** What lies in the account's folder; `none` too where no account is named. */
  readonly stored: 'none' | 'keychain' | 'passphrase' | 'keysMissing'
}

/** What the start makes of what the last run left: the form stays, the lock is shown, or the store is opened. */
export function startOf({ user, locked, stored }: LeftBehind): 'signedOut' | 'open' | SessionEvent {
  if (stored === 'none') return 'signedOut'
  const reason = locked ? 'user' : 'start'
  // Nobody but the user has the passphrase, so such a store is always locked at start.
  if (stored === 'passphrase') return { type: 'locked', secret: 'passphrase', reason, user }
  return stored === 'keychain' && locked ? { type: 'locked', secret: 'password', reason, user } : 'open'
}

/** What an opened store says of its account. */
type AccountFacts = { readonly password?: string | undefined; readonly device: 'pending' | 'active' | 'revoked' }

/** The step that an opened store leads to. Without a record its first sign-in was cut off. */
export function entryOf(account: AccountFacts | undefined): 'signedOut' | 'pending' | 'ready' {
  // Signing out drops the password, so a store without one was left on purpose.
  if (account?.password === undefined) return 'signedOut'
  return account.device === 'pending' ? 'pending' : 'ready'
}

/** Why a store is not shown before the server has answered. An administrator's lock reads as a withdrawn approval. */
export function lockReasonOf(held: 'lease' | 'lock' | undefined): Locked['reason'] {
  return held === 'lock' ? 'revoked' : 'lease'
}

/** What a sign-in that failed leaves. A locked store stays locked when somebody fails to sign in over it. */
export function afterFailedSignIn(
  { step }: SessionState,
  failure: FailureKind,
  account: NamedAccount,
): SessionEvent | undefined {
  if (failure === 'storeDamaged') return { type: 'closed', ...account, cause: failure }
  return step === 'ready' || step === 'pending' ? { type: 'closed', ...account } : undefined
}

/** The failure that the sign-in form shows: signing in again is then the user's answer to it. */
export function shownCauseOf(state: SessionState): ClosedFailure | undefined {
  return state.step === 'signedOut' ? state.cause : undefined
}

/**
 * What becomes of the lock after a login failed to open the store behind it. A wrong password changes nothing: the
 * call's answer says so. Without a stored password, or with a database that does not open, there is nothing to unlock
 * and the form is shown. Otherwise the lock names its reason: no approval any more, or no server.
 */
export function afterFailedUnlock(
  state: SessionState,
  failure: FailureKind,
  { server }: Pick<NamedAccount, 'server'>,
): SessionEvent | undefined {
  if (state.step !== 'locked' || failure === 'authFailed') return undefined
  const { secret, user } = state
  if (failure === 'notSignedIn') return { type: 'closed', server, user }
  if (failure === 'storeDamaged' || failure === 'diskFull' || failure === 'diskFailing')
    return { type: 'closed', server, user, cause: failure }
  return { type: 'locked', secret, user, reason: failure === 'deviceRevoked' ? 'revoked' : 'online' }
}

/** Whether a login at start is worth another try: a network that comes up after the app, a server that starts. */
export function mayPass(failure: FailureKind): boolean {
  return failure === 'unreachable' || failure === 'busy' || failure === 'rateLimited'
}

/** Whether asking for the device's approval has ended without one; anything else may pass. */
export function isRefusal(failure: FailureKind): failure is 'authFailed' | 'deviceRevoked' | 'untrustedServer' {
  return failure === 'authFailed' || failure === 'deviceRevoked' || failure === 'untrustedServer'
}

/** What a failure of the connection to the server means for the session; only `offline` and `upgrade` go on trying. */
export function meaningOf(failure: FailureKind): 'revoked' | 'pending' | 'signInAgain' | 'upgrade' | 'offline' {
  if (failure === 'deviceRevoked') return 'revoked'
  if (failure === 'devicePending') return 'pending'
  if (failure === 'authFailed' || failure === 'sessionExpired') return 'signInAgain'
  return failure === 'serverNewer' ? 'upgrade' : 'offline'
}
