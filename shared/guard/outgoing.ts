/** Outgoing rules: O1, O2, O6, O7 (O3 and O4: every sender calls this, at submit and again just before SMTP). */
import { type Address, addressKey, cleanAddressText, parseAddress } from '../address.ts'
import { maxRecipients } from '../message.ts'
import type { ListView, OutgoingFacts, OutgoingVerdict, Refusal, RefusalReason } from './facts.ts'

/** What of the facts decides about one address. */
export type RecipientFacts = Pick<OutgoingFacts, 'now' | 'self' | 'lease' | 'onExpiry' | 'unicode'>

type Reason = { readonly rule: string; readonly reason: RefusalReason }

/** Each recipient may be named in a field and again in the envelope; more than that is no message of ours. */
const maxMentions = 4 * maxRecipients

/**
 * Judges one message to be sent: allowed with the distinct recipients in the order given, as written where they first
 * appear, or refused with every refused one named. Never throws (F1).
 */
export function judgeOutgoing(list: ListView | undefined, facts: OutgoingFacts): OutgoingVerdict {
  try {
    return judge(list, facts)
  } catch {
    // F1: facts of a shape that the types forbid, or a list that fails. Doubt is refusal.
    return refuse([{ address: '', rule: 'F1', reason: 'malformed' }])
  }
}

/**
 * O2, just before `RCPT TO`: whether `text` is, to the letter, one of the recipients that `judgeOutgoing` allowed.
 * Never throws.
 */
export function admitsRecipient(allowed: readonly Address[], text: string): boolean {
  return allowed.some((address) => address.text === text) && parseAddress(text, { unicode: true }).ok
}

/** Why the list refuses to send to `address`; undefined when it allows it. `selfKey`: the user's own `Address.key`. */
export function reasonAgainst(
  list: ListView | undefined,
  address: Address,
  facts: Pick<OutgoingFacts, 'now' | 'lease' | 'onExpiry'>,
  selfKey: string | undefined,
): Reason | undefined {
  // O6, and before the list is asked: writing to oneself works without one.
  if (address.key === selfKey) return undefined
  if (list === undefined) return { rule: 'O1', reason: 'noList' }
  // Tested for what allows, so that an unknown value refuses (F1).
  const leased = facts.lease === 'valid'
  if (!leased && facts.onExpiry !== 'internal') return { rule: 'O7', reason: 'leaseOver' }
  const contact = list.find(address.key)
  if (contact === undefined || contact.key !== address.key) return { rule: 'O1', reason: 'notListed' }
  if (contact.expiresAt !== undefined && !(facts.now < contact.expiresAt)) return { rule: 'O1', reason: 'expired' }
  if (!contact.send) return { rule: 'O1', reason: 'closed' }
  return leased || contact.scope === 'internal' ? undefined : { rule: 'O7', reason: 'leaseOver' }
}

function judge(list: ListView | undefined, facts: OutgoingFacts): OutgoingVerdict {
  if (facts.recipients.length === 0) return refuse([{ address: '', rule: 'O1', reason: 'noRecipients' }])
  if (facts.recipients.length > maxMentions) return refuse([{ address: '', rule: 'O1', reason: 'tooMany' }])
  const selfKey = addressKey(facts.self)
  const allowed = new Map<string, Address>()
  const refused = new Map<string, Refusal>()
  for (const { text } of facts.recipients) {
    const parsed = parseAddress(text, { unicode: facts.unicode })
    if (!parsed.ok) {
      // The raw text as the map's key: no parsed key equals it, for it would have parsed.
      refused.set(text, { address: cleanAddressText(text), rule: 'A2', reason: 'malformed' })
      continue
    }
    const address = parsed.value
    if (allowed.has(address.key) || refused.has(address.key)) continue
    const reason = reasonAgainst(list, address, facts, selfKey)
    if (reason === undefined) allowed.set(address.key, address)
    else refused.set(address.key, { address: address.text, ...reason })
  }
  // One refused recipient stops all (O1), and every reason is named, so that a sender need not try again and again.
  if (refused.size > 0) return refuse([...refused.values()])
  if (allowed.size > maxRecipients) return refuse([{ address: '', rule: 'O1', reason: 'tooMany' }])
  return { allowed: true, recipients: [...allowed.values()] }
}

function refuse(refusals: readonly Refusal[]): OutgoingVerdict {
  return { allowed: false, refusals }
}
