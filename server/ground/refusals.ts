/** What came of a deed: its value, or why it was refused: a code, what it is about, and the English words of the command line and the log. */
import type { ChangeFaultCode } from '../../shared/fault-codes.ts'
import { momentWords } from '../../shared/moment.ts'
import { entryLimits } from '../../shared/whitelist/entry.ts'

/** Why something was not done. Doors with words of their own go by `code` and `what`; all others print `why`. */
export type Refusal = {
  readonly ok: false
  readonly why: string
  /** Absent where only words are known. */
  readonly code?: ChangeFaultCode
  /** The address, login, device ... that it is about. */
  readonly what?: string
}

/** What a deed gives where it was done, or its refusal. */
export type Done<T = undefined> = { readonly ok: true; readonly value: T } | Refusal

const quoted = (text: string) => JSON.stringify(text)

/** English words for each code. The page has its own in three languages and looks only at code and `what`. */
const words: { readonly [C in ChangeFaultCode]: (what: string) => string } = {
  unknownUser: (user) => `there is no user ${quoted(user)}`,
  userExists: (user) => `the user ${user} is there already`,
  login: () => 'a login name has letters a to z, digits, dot, _ and -, at most 60',
  userName: () => 'a user needs a name',
  userAddress: () => 'a user needs an address',
  addressTaken: (address) => `the address ${address} belongs to another user`,
  address: (text) => `${quoted(text)} is not an address that can be listed`,
  date: (text) => `${quoted(text)} is not a date that is taken: ${momentWords}`,
  alreadyListed: (address) => `${address} is already in the list`,
  notListed: (address) => `${address} is not in the list`,
  contactName: () => 'a contact needs a name',
  nameLong: () => `the name is longer than ${entryLimits.n}`,
  nicknameLong: () => `the nickname is longer than ${entryLimits.k}`,
  remarkLong: () => `the remark is longer than ${entryLimits.r}`,
  groupsMany: () => `more than ${entryLimits.groups} groups`,
  groupLong: () => `a group's name is longer than ${entryLimits.g}`,
  proof: (text) => `${quoted(text)} is not a level of proof: login, dmarc, dkim:<domain> or key:<public key>`,
  ownProof: (address) =>
    `${quoted(address)} is of the own domain, where a domain's signature proves nobody: give login or key:<public key>`,
  domainsOff: () => "the organisation's policy does not list domains",
  wholeDomain: (domain) => `${domain} is a whole domain, and the organisation's policy does not list domains`,
  unknownGroup: (group) => `there is no group ${quoted(group)}`,
  notMember: (user) => `${user} is not in the group`,
  unknownRule: (id) => `there is no rule ${quoted(id)}`,
  requestGone: (id) => `there is no open request ${quoted(id)}`,
  requestUser: () => 'one of its users is not there any more',
  requestScope: (scope) => `the request is ${scope}`,
  requestNobody: (address) => `nobody here has the address ${address}`,
  apart: (address) => `a rule keeps ${address} apart`,
  decided: () => 'it was decided already',
  unknownProposal: (id) => `there is no proposal ${quoted(id)}`,
  secondPerson: () => 'a second person has to approve it',
  unknownDevice: (id) => `there is no device ${quoted(id)}`,
  deviceRevoked: () => 'a revoked device stays revoked: enrol it anew',
  deviceNotActive: (state) => `the device is ${state}, not active`,
  deviceNotLocked: (state) => `the device is not locked, but ${state}`,
  keptGone: (id) => `there is no message ${id} in the quarantine of this user`,
  keptDecided: (state) => `the message is ${state} already`,
  undoNothing: (line) => `line ${line} changed nothing`,
  undoNever: (line) => `line ${line} cannot be undone`,
  undoMoved: (line) => `line ${line} cannot be undone: it was changed again since`,
  malformed: (field) => `${field} does not fit`,
  reasonNeeded: () => 'the policy asks for a reason: give one (--why TEXT)',
  userDisabled: (user) => `${user} is disabled`,
  administratorTaken: (user) =>
    `${user} administers, and with four eyes nobody signs in for another administrator: run "kith-server user password" or "enrol" at the server`,
  passwordShort: (least) => `a password needs at least ${least} characters`,
  passwordLong: (most) => `a password has at most ${most} characters`,
  passwordElsewhere: () => 'the mail server checks the passwords ("accounts" in config.json): set it there',
  rootElsewhere: () => 'the root key is not in the data folder: name its file with --root-key FILE',
  policyElsewhere: () =>
    'the policy key is kept elsewhere, and a new one would lie on the server again: run "kith-server key rotate policy" there, then "key policy export"',
  keysMany: () => 'the new manifest does not fit: too many keys of one kind; retire the old ones first',
  keysMoved: () => 'the stored manifest has moved meanwhile; try again',
  keysWorking: () => 'it still goes on: look again in a minute',
  clockJumped: (newest) =>
    `nothing is signed: the newest list is of ${newest}, so the clock of this machine has jumped, or the server was away for long; set the clock, or if it is right run "kith-server clock --confirm"`,
  rowAddress: () => 'there is no address',
  rowAddresses: (others) => `there are several addresses, left out: ${others}`,
  rowFields: (column) => `${column}: it does not fit`,
  rowIdentity: () => 'its identifier is missing, empty or too long',
  rowTwice: (address) => `the address ${address} occurs twice`,
  rowUnreadable: (why) => why,
  rowUnsure: (address) =>
    `one of its addresses cannot be read, and ${address}, which is listed, is not among the others`,
  sourceUnread: (why) => why,
  sourceShrunk: (counts) => `${counts} contacts would go: refused unless forced`,
  keysAway: () => 'the process that holds the keys is not there now; try again',
}

/** `why`: better words than the code's own. */
export function refusal(code: ChangeFaultCode, what = '', why = words[code](what)): Refusal {
  return { ok: false, why, code, ...(what === '' ? {} : { what }) }
}

/** The same, of one of several changes. */
export function faultAt(index: number, { why, code, what }: Refusal) {
  return { index, why, ...(code === undefined ? {} : { code }), ...(what === undefined ? {} : { what }) }
}
