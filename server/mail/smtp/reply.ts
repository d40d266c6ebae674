/** SMTP replies of ours (RFC 5321 4.2, RFC 3463): what the client reads when something is refused. */
import type { Refusal, RefusalReason } from '../../../shared/guard.ts'

/** Thrown by a handler; the library sends `responseCode` and the message. */
export class SmtpReply extends Error {
  readonly responseCode: number
  constructor(responseCode: number, text: string) {
    super(text)
    this.responseCode = responseCode
  }
}

/** Fails closed: nothing is accepted while we can't judge (protocol.md 8). */
export function tryLater(): SmtpReply {
  return new SmtpReply(451, '4.3.0 Temporary failure, try again later')
}

/** The same words wherever an address leads nowhere. */
export function noMailbox(): SmtpReply {
  return new SmtpReply(550, '5.1.1 There is no such mailbox here')
}

/** Where it was not the guard that refused a recipient (O1): the client has heard why. */
export function somebodyRefused(): SmtpReply {
  return new SmtpReply(
    550,
    '5.7.1 O1 A recipient was refused, so nobody gets the message: remove that one and send it again',
  )
}

/** Why a password was not looked at, and when to come again; for both doors of the mail. */
export function notNowWords(checked: {
  readonly kind: 'locked' | 'busy' | 'unchecked'
  readonly retryAfter: number
}): string {
  const again = `try again in ${Math.ceil(checked.retryAfter / 1_000)} s`
  if (checked.kind === 'locked') return `Too many attempts from your network, ${again}`
  if (checked.kind === 'busy') return `Too many logins at once, ${again}`
  return `The server that checks passwords cannot be asked, ${again}`
}

const words: { readonly [R in RefusalReason]: string } = {
  malformed: 'is not an address that is accepted',
  notListed: 'is not in your whitelist',
  expired: 'has expired in your whitelist',
  closed: 'is not open for messages from you',
  leaseOver: 'cannot be reached until your whitelist is renewed',
  noList: 'is not in your whitelist: you have none',
  noRecipients: 'there are no recipients',
  tooMany: 'there are too many recipients',
}

/** Refused recipients named in one reply; a reply line holds 512 octets (RFC 5321 4.5.3.1.5). */
const maxNamed = 3
/** Characters of an address in a reply. */
const maxAddress = 100

const whatToDo = 'Nobody got it: remove them, or ask for them as contacts in Kith'

/** Why somebody is refused for now: the list is renewed by itself, nobody has to change anything. */
const passing: ReadonlySet<RefusalReason> = new Set(['leaseOver'])

/**
 * One refused recipient stops the whole message (O1); each is named with its rule. Where every reason passes by itself the
 * client is to come again: a final no would have it give the message up.
 */
export function refusalReply(refusals: readonly Refusal[]): SmtpReply {
  const named = refusals.slice(0, maxNamed).map(({ address, rule, reason }) => {
    const shown = address.replace(/[^\x20-\x7e]/g, '?').slice(0, maxAddress)
    return [rule, shown, words[reason]].filter(Boolean).join(' ')
  })
  const more = refusals.length > maxNamed ? ` and ${refusals.length - maxNamed} more` : ''
  const isPassing = refusals.length > 0 && refusals.every(({ reason }) => passing.has(reason))
  // Whoever writes with another mail program reads this and nothing else.
  const remedy = refusals.some(({ reason }) => reason === 'notListed') ? `. ${whatToDo}` : ''
  return new SmtpReply(isPassing ? 451 : 550, `${isPassing ? '4.7.1' : '5.7.1'} ${named.join('; ')}${more}${remedy}`)
}
