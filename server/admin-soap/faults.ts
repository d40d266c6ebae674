/** Why a call was not done: each kind with its detail, from which the WSDL and the answers are made. */
import { z } from 'zod'
import type { Checked } from '../../shared/failures.ts'
import { assertNever } from '../../shared/rpc.ts'
import type { Failure } from '../administration/operations/operation.ts'

/** `place`: which of the call's elements. Milliseconds to wait: `retryAfter`. */
export const faultDetails = {
  /** The changes do not fit what is there; nothing was changed. */
  ChangeRefused: z.strictObject({
    faults: z.array(
      z.strictObject({
        index: z.number().int(),
        place: z.string().optional(),
        why: z.string(),
        code: z.string().optional(),
      }),
    ),
  }),
  UnknownUser: z.strictObject({ user: z.string() }),
  /** The token does not open this: it needs the scope. */
  NotAllowed: z.strictObject({ scope: z.string() }),
  /** No token, or none that is valid. */
  Unauthorised: z.strictObject({}),
  RateLimited: z.strictObject({ retryAfter: z.number().int() }),
  /** Another process holds the store: try again. */
  Busy: z.strictObject({ retryAfter: z.number().int() }),
  /** The call does not fit the WSDL. */
  BadRequest: z.strictObject({ place: z.string(), why: z.string() }),
  /** The call fits, but what is there does not allow it. */
  Refused: z.strictObject({ why: z.string() }),
  /** What was drafted is no longer what would be written: draft again. */
  MovedOn: z.strictObject({}),
  TooLarge: z.strictObject({}),
  Internal: z.strictObject({}),
} as const

/** One of these names; it is also the element's name in the WSDL. */
export type FaultKind = keyof typeof faultDetails
/** A fault with the detail of its kind. */
export type AdminFault = {
  readonly [K in FaultKind]: { readonly kind: K; readonly detail: z.input<(typeof faultDetails)[K]> }
}[FaultKind]

/** What a step of a call comes to. */
export type Answer<T> = Checked<T, AdminFault>

/** An answer that is a fault of this kind. */
export function failed<K extends FaultKind>(
  kind: K,
  detail: Extract<AdminFault, { readonly kind: K }>['detail'],
): Answer<never> {
  return { ok: false, fault: { kind, detail } as AdminFault }
}

/** Why an operation was not done, as its callers are told. `isBatch`: each fault has the place of its change. */
export function faultOf(failure: Failure, isBatch: boolean): AdminFault {
  switch (failure.kind) {
    case 'changes': {
      const faults = failure.faults.map(({ index, why, code }) => ({
        index,
        ...(isBatch ? { place: `changes.${index}` } : {}),
        why,
        ...(code === undefined ? {} : { code }),
      }))
      return { kind: 'ChangeRefused', detail: { faults } }
    }
    case 'refused': {
      const { code, what = '', why } = failure.refusal
      // A fault of its own, so that a program can tell "there is nobody of this name" from every other refusal.
      return code === 'unknownUser'
        ? { kind: 'UnknownUser', detail: { user: what } }
        : { kind: 'Refused', detail: { why } }
    }
    case 'notAllowed':
      return { kind: 'NotAllowed', detail: { scope: failure.scope } }
    case 'malformed':
      return { kind: 'BadRequest', detail: { place: failure.place, why: failure.why } }
    case 'movedOn':
      return { kind: 'MovedOn', detail: {} }
    default:
      return assertNever(failure)
  }
}

/** Words for logs and for people who see a fault's text only. */
export function reasonOf(fault: AdminFault): string {
  switch (fault.kind) {
    case 'ChangeRefused':
      return fault.detail.faults.map(({ why }) => why).join('; ')
    case 'UnknownUser':
      return `there is no user ${JSON.stringify(fault.detail.user)}`
    case 'NotAllowed':
      return `the token does not have the scope ${fault.detail.scope}`
    case 'Unauthorised':
      return 'a valid token is needed'
    case 'RateLimited':
      return 'too many tries: wait'
    case 'Busy':
      return 'the store is busy: try again'
    case 'BadRequest':
      return fault.detail.place === '' ? fault.detail.why : `${fault.detail.place}: ${fault.detail.why}`
    case 'Refused':
      return fault.detail.why
    case 'MovedOn':
      return 'moved on, draft again'
    case 'TooLarge':
      return 'the call is too large'
    case 'Internal':
      return 'an internal fault'
    default:
      return assertNever(fault)
  }
}
