/** What the terminal says for each kind of failure, and for the guard's reasons. English; the page has all languages. */
import { shownAddress } from '../../shared/address.ts'
import { unknownDevice } from '../../shared/failures.ts'
import { isRequestReason, type RequestReason } from '../../shared/requests.ts'
import type { Failure, FailureKind } from '../../shared/rpc.ts'
import { terminalText } from '../../shared/text/terminal.ts'

const words: Readonly<Record<FailureKind, string>> = {
  badRequest: 'that is not a valid request',
  notFound: 'there is no such thing here',
  notSignedIn: 'nobody is signed in: run "kith login" first',
  locked: "the store is locked: give its passphrase or the account's password (--passphrase-stdin)",
  authFailed: 'wrong name or password',
  tooManyAttempts: 'too many attempts',
  passwordsUnchecked: 'the mail server, which checks the passwords, cannot be asked just now',
  unreachable: 'the server is not reachable; the contacts on this device stay in force',
  certificateUntrusted: "the server's certificate is not trusted; nothing was sent",
  devicePending: 'this device waits for approval by an administrator',
  deviceRevoked: 'this device was revoked by an administrator',
  serverNewer: 'the server needs a newer Kith',
  sessionExpired: 'the session has ended: run "kith login" again',
  untrustedServer: 'the server could not prove that it is the organisation known here; nothing was sent',
  serverUnconfirmed: 'the server was not allowed',
  listRefused: "the server's list did not pass its checks; the old list stays in force",
  rateLimited: 'asked too often; try again in a moment',
  linkNeeded: 'open the link that Kith printed',
  busy: 'the server is busy; try again in a moment',
  clockWrong:
    "this machine's clock and the server's differ too much: set this one, or tell your administrator that it is right",
  passphraseNeeded: 'there is no keychain here, so a passphrase is needed (--passphrase-stdin); nothing was sent',
  passphraseWrong: 'wrong passphrase',
  keychainUnavailable:
    "the system's keychain is locked or does not answer; nothing was changed: unlock it and try again, " +
    'or run "kith login" with a passphrase (--passphrase-stdin) to begin anew here',
  keysMissing: 'this device\'s keys are not in the keychain: run "kith login" again; what lies here is kept',
  storeDamaged: 'the store on this device is damaged and stays closed',
  diskFull: 'the disk is full; nothing was lost',
  diskFailing: 'the disk cannot be read or written just now; nothing was lost or put aside',
  profileInUse: 'another Kith has this profile open, in a window, a browser or a terminal: close that one first',
  refused: 'the whitelist does not allow this; nothing was sent',
  mailAuthFailed: 'the mail server does not accept the password',
  mailUnreachable: 'the mail server is not reachable; the message waits',
  mailRejected: 'the mail server rejected the message',
  tooLarge: 'too large',
  notAllowed: 'this account may not do that',
  secondFactor: 'the administration is not open; the desktop opens it',
  codeWrong: 'wrong code',
  internal: 'something went wrong inside Kith; its log says what',
}

/** Where devices that the account does not know used up their tries. */
const pastTheWait =
  'or ask your administrator for an enrolment code and give it as the server: with it you need not wait'

const askFor = 'leave them out, or ask for them as contacts: kith request ADDRESS'

/** Why a request for a contact is not made. */
const requestWords: Readonly<Record<RequestReason, string>> = {
  address: 'that is not an address',
  self: 'that is you',
  listed: 'that is a contact of yours already',
  declined: 'it was declined not long ago',
  open: 'too many of yours are waiting',
  day: 'enough for today',
  invitation: 'the invitation was used, has expired, or is none',
  rule: 'a rule of the organisation does not allow it',
}

const reasons: Readonly<Record<string, string>> = {
  malformed: 'is not an address that can be trusted',
  notListed: 'is not in the whitelist',
  expired: 'is in the whitelist, but has expired',
  closed: 'is in the whitelist, but not open for sending',
  leaseOver: 'cannot be written to: the whitelist is older than the policy allows',
  noList: 'cannot be judged: there is no whitelist yet',
  noRecipients: 'is no recipient',
  tooMany: 'is one recipient too many',
}

/** Why a message was held, by the guard's reasons. */
export const heldWords: Readonly<Record<string, string>> = {
  notListed: 'not in your whitelist',
  notProven: 'claims to be a contact, not proven',
  expired: 'the contact has expired',
  malformed: 'the sender cannot be read with certainty',
  lookalike: 'looks like a contact, but is not',
}

/** Where a kind has words of its own for a reason. */
const reasonWords: Readonly<Record<string, string | undefined>> = {
  'passphraseNeeded.keychainLocked':
    "the system's keychain is locked or takes nothing, so nothing was sent to the server: unlock it and try again, " +
    'or give a passphrase to protect what is kept here (--passphrase-stdin)',
}

/** A failure in one English sentence. */
export function wordsOf({ kind, detail }: Failure): string {
  const reason = detail?.reason ?? ''
  const what = isRequestReason(reason) ? requestWords[reason] : (reasonWords[`${kind}.${reason}`] ?? words[kind])
  const lines = [detail?.retryAfter === undefined ? what : `${what}; try again in ${clock(detail.retryAfter)}`]
  if (reason === unknownDevice) lines.push(`  ${pastTheWait}`)
  if (detail?.issuer) lines.push(`  issuer: ${terminalText(detail.issuer)}`)
  if (detail?.fingerprint) lines.push(`  SHA-256: ${terminalText(detail.fingerprint)}`)
  for (const field of detail?.fields ?? []) if (field) lines.push(`  not valid: ${terminalText(field)}`)
  for (const refusal of detail?.refusals ?? []) lines.push(`  ${refusalWords(refusal)}`)
  if (detail?.refusals?.some((refusal) => refusal.reason === 'notListed')) lines.push(`  ${askFor}`)
  return lines.join('\n')
}

/** Why one recipient is refused, with the rule's number. */
export function refusalWords(refusal: {
  readonly address: string
  readonly rule: string
  readonly reason: string
}): string {
  const why = Object.hasOwn(reasons, refusal.reason) ? reasons[refusal.reason] : refusal.reason
  return `${terminalText(shownAddress(refusal.address))} ${why} (${terminalText(refusal.rule)})`
}

const daySeconds = 86_400

/** Minutes and seconds, rounded up: trying at that moment will not be too early. */
function clock(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000)
  if (seconds >= daySeconds) return `${Math.ceil(seconds / daySeconds)} days`
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
