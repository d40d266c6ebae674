/**
 * Why an expected failure happened: a closed union, so that every face has words for each, and a `Result` that names
 * which of them its call can give. Bugs throw.
 */

/** Every kind of failure there is. */
export const failureKinds = [
  'badRequest',
  'notFound',
  'notSignedIn',
  'locked',
  'authFailed',
  'tooManyAttempts',
  'passwordsUnchecked',
  'unreachable',
  'certificateUntrusted',
  'devicePending',
  'deviceRevoked',
  'serverNewer',
  'sessionExpired',
  'untrustedServer',
  'serverUnconfirmed',
  'listRefused',
  'rateLimited',
  'busy',
  'linkNeeded',
  'clockWrong',
  'passphraseNeeded',
  'passphraseWrong',
  'keychainUnavailable',
  'keysMissing',
  'storeDamaged',
  'diskFull',
  'diskFailing',
  'profileInUse',
  'refused',
  'mailAuthFailed',
  'mailUnreachable',
  'mailRejected',
  'tooLarge',
  'notAllowed',
  'secondFactor',
  'codeWrong',
  'internal',
] as const
/** Reason of `tooManyAttempts`: devices that the account does not know used up what they share; an enrolment code is the way past. */
export const unknownDevice = 'unknownDevice'

/** Why something failed that may fail. */
export type FailureKind = (typeof failureKinds)[number]

/** One failure: of the kinds `K`, with the facts that its words need. */
export type Failure<K extends FailureKind = FailureKind> = { readonly kind: K; readonly detail?: FailureDetail }

/** Facts that the words of a failure need. Never a secret, never text from a server. */
type FailureDetail = {
  /** Milliseconds to wait before the next try. */
  readonly retryAfter?: number
  /** Issuer of a certificate that was not trusted, as text without controls. */
  readonly issuer?: string
  /** SHA-256 fingerprint of that certificate, upper-case hex with colons. */
  readonly fingerprint?: string
  /** Names of the input fields that did not parse. */
  readonly fields?: readonly string[]
  /** Which of several reasons, where a kind has words of its own for each. */
  readonly reason?: string
  /** Refused recipients, each with the guard's rule. */
  readonly refusals?: readonly { readonly address: string; readonly rule: string; readonly reason: string }[]
}

/** Why there is no value, as a result says it. */
export type Failed<K extends FailureKind> = { readonly ok: false; readonly failure: Failure<K> }

/** A value, or why there is none. `K`: the failures that it can be, all of them where nothing is said. */
export type Result<T, K extends FailureKind = FailureKind> = { readonly ok: true; readonly value: T } | Failed<K>

/** What a pure check gives: the value as it was read, or the fault `F` that it found. */
export type Checked<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: F }

/** The result of what went well. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** The result of what failed. */
export function fail<K extends FailureKind>(kind: K, detail?: FailureDetail): Failed<K> {
  return { ok: false, failure: detail ? { kind, detail } : { kind } }
}

/**
 * What any call can give: `profileInUse` where another Kith has the profile open, `linkNeeded` where the web host does not
 * know the browser.
 */
export const anyCallFailures = [
  'badRequest',
  'internal',
  'busy',
  'linkNeeded',
  'storeDamaged',
  'diskFull',
  'diskFailing',
  'profileInUse',
] as const
/** A failure that any call can give. */
export type AnyCallFailure = (typeof anyCallFailures)[number]

/** Why the keys of an account cannot be opened or made on this machine. */
const secretFailures = ['keychainUnavailable', 'keysMissing', 'passphraseNeeded', 'passphraseWrong'] as const
/** One of them. */
export type SecretFailure = (typeof secretFailures)[number]

/** Why an account is not open for a call that needs it. */
export const closedFailures = [
  'notSignedIn',
  'locked',
  'devicePending',
  'deviceRevoked',
  'authFailed',
  'untrustedServer',
  ...secretFailures,
] as const
/** One of them, or what the store itself says. */
export type ClosedFailure = (typeof closedFailures)[number] | AnyCallFailure

/** What asking the server can end with, whatever is asked. */
export const serverFailures = [
  'unreachable',
  'certificateUntrusted',
  'untrustedServer',
  'authFailed',
  'tooManyAttempts',
  'passwordsUnchecked',
  'devicePending',
  'deviceRevoked',
  'sessionExpired',
  'clockWrong',
  'serverNewer',
  'rateLimited',
  'listRefused',
  'tooLarge',
  'notSignedIn',
] as const
/** One of them, or what any call can give. */
export type ServerFailure = (typeof serverFailures)[number] | AnyCallFailure

/** What signing in and unlocking can end with. `locked`: the server did not confirm a list whose lease is over. */
export const openingFailures = [...serverFailures, ...secretFailures, 'locked', 'serverUnconfirmed'] as const
/** One of them, or what any call can give. */
export type OpeningFailure = (typeof openingFailures)[number] | AnyCallFailure
