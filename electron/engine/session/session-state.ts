/**
 * The session's steps and every hard transition between them, as pure functions: facts in, next step out. An event
 * that makes no sense in a step changes nothing, so a late answer of the network can't open a locked store.
 */
import type { Session } from '../../../shared/contract.ts'
import { assertNever, type FailureKind } from '../../../shared/rpc.ts'

type StepOf<S extends Session['step']> = Extract<Session, { readonly step: S }>
export type Connection = StepOf<'ready'>['connection']
export type MailConnection = StepOf<'ready'>['mail']
export type SendingOff = StepOf<'ready'>['sendingOff']
export type Role = StepOf<'ready'>['role']
export type LockReason = StepOf<'locked'>['reason']
export type LockSecret = StepOf<'locked'>['secret']

/** Who is signed in, as the server said and the store keeps. */
export type Person = { readonly user: string; readonly name: string; readonly address: string; readonly server: string }
/** The fingerprints that a person and an administrator compare. */
export type Words = { readonly deviceWords: string; readonly serverWords: string }

export type SessionState =
  | { readonly step: 'signedOut'; readonly server: string; readonly user: string; readonly cause?: FailureKind }
  | StepOf<'locked'>
  | (StepOf<'pending'> & { readonly server: string })
  | StepOf<'ready'>

export type SessionEvent =
  /** The store is open and the device active; the network may be anywhere. */
  | { readonly type: 'opened'; readonly person: Person }
  | { readonly type: 'waitingForApproval'; readonly user: string; readonly server: string; readonly words: Words }
  | { readonly type: 'connectionChanged'; readonly connection: Connection }
  | { readonly type: 'mailChanged'; readonly mail: MailConnection }
  | { readonly type: 'sendingChanged'; readonly sendingOff: SendingOff }
  | { readonly type: 'roleChanged'; readonly role: Role }
  | { readonly type: 'locked'; readonly secret: LockSecret; readonly reason: LockReason; readonly user: string }
  | { readonly type: 'closed'; readonly server: string; readonly user: string; readonly cause?: FailureKind }

export function nextSession(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'opened':
      return {
        step: 'ready',
        ...event.person,
        connection: 'connecting',
        mail: 'connecting',
        sendingOff: 'no',
        role: 'none',
      }
    case 'waitingForApproval':
      return { step: 'pending', user: event.user, server: event.server, ...event.words }
    case 'connectionChanged':
      return state.step === 'ready' ? { ...state, connection: event.connection } : state
    case 'mailChanged':
      return state.step === 'ready' ? { ...state, mail: event.mail } : state
    case 'sendingChanged':
      return state.step === 'ready' ? { ...state, sendingOff: event.sendingOff } : state
    case 'roleChanged':
      return state.step === 'ready' ? { ...state, role: event.role } : state
    case 'locked':
      // A store that was never opened here has nothing to lock.
      if (state.step === 'signedOut' && event.reason !== 'start' && event.reason !== 'user') return state
      return { step: 'locked', secret: event.secret, reason: event.reason, user: event.user }
    case 'closed':
      return {
        step: 'signedOut',
        server: event.server,
        user: event.user,
        ...(event.cause === undefined ? {} : { cause: event.cause }),
      }
    default:
      return assertNever(event)
  }
}

/** Why a call that needs the open store can't be answered in this step. */
export function whyClosed(state: SessionState): FailureKind {
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
