/** The session as the screens need it: each step by name, and what a role may do. */
import type { Session } from '../../shared/session.ts'

/** Signed in and unlocked: every screen of the main window is drawn for it. */
export type Ready = Extract<Session, { readonly step: 'ready' }>

/** Nobody is signed in: the form is shown. */
export type SignedOut = Extract<Session, { readonly step: 'signedOut' }>

/** What the role lets one change in the administration. */
export type May = { readonly operate: boolean; readonly administer: boolean }

/** What a role lets one change: nothing else has a button. The server decides anyway. */
export function mayOf(role: Ready['role']): May {
  return { operate: role === 'operator' || role === 'administrator', administer: role === 'administrator' }
}
