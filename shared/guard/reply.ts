/** O5: to whom an answer goes, decided before the composer opens; `judgeOutgoing` still decides when it is sent. */
import { type Address, addressKey, cleanAddressText, parseAddress } from '../address.ts'
import type { ListView, Refusal } from './facts.ts'
import { type RecipientFacts, reasonAgainst } from './outgoing.ts'

/** The message answered, addresses as text, and whether everybody is to get the answer. */
export type ReplyFacts = RecipientFacts & {
  /** Whom the answer goes to where no Reply-To is used: the sender; of the user's own message its To. */
  readonly senders: readonly string[]
  readonly replyTo: readonly string[]
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly all: boolean
}

/** `to` is empty when nobody who asked for the answer may be written to. */
export type ReplyPlan = {
  readonly to: readonly Address[]
  readonly cc: readonly Address[]
  /** Whom reply-all leaves out, each with the rule: to be said before sending. */
  readonly dropped: readonly Refusal[]
  /** Reply-To addresses that are shown and not used. */
  readonly unusedReplyTo: readonly string[]
}

/** Never throws (F1): what cannot be decided gets no answer. */
export function planReply(list: ListView | undefined, facts: ReplyFacts): ReplyPlan {
  try {
    return plan(list, facts)
  } catch {
    return { to: [], cc: [], dropped: [{ address: '', rule: 'F1', reason: 'malformed' }], unusedReplyTo: [] }
  }
}

function plan(list: ListView | undefined, facts: ReplyFacts): ReplyPlan {
  const wanted = sort(list, facts, facts.replyTo)
  // One unlisted address is enough to set the whole Reply-To aside: half of it was not asked for.
  const used = wanted.listed.length > 0 && wanted.refused.length === 0
  const sender = used ? wanted : sort(list, facts, facts.senders)
  const selfKey = addressKey(facts.self)
  const others = sort(list, facts, facts.all ? [...facts.to, ...facts.cc] : [])
  // Nobody gets the answer twice, and the user not a copy of it.
  const taken = new Set([selfKey, ...sender.listed.map(({ key }) => key)])
  return {
    to: withoutSelf(sender.listed, selfKey),
    cc: others.listed.filter(({ key }) => !taken.has(key)),
    dropped: [...sender.refused, ...others.refused],
    unusedReplyTo: used ? [] : wanted.texts,
  }
}

/** The user's own address is answered only where there is nobody else. */
function withoutSelf(addresses: readonly Address[], selfKey: string | undefined): readonly Address[] {
  const others = addresses.filter(({ key }) => key !== selfKey)
  return others.length > 0 ? others : addresses
}

type Sorted = {
  readonly listed: readonly Address[]
  readonly refused: readonly Refusal[]
  readonly texts: readonly string[]
}

function sort(list: ListView | undefined, facts: ReplyFacts, texts: readonly string[]): Sorted {
  const selfKey = addressKey(facts.self)
  const listed = new Map<string, Address>()
  const refused = new Map<string, Refusal>()
  for (const text of texts) {
    const parsed = parseAddress(text, { unicode: facts.unicode })
    if (!parsed.ok) {
      refused.set(text, { address: cleanAddressText(text), rule: 'A2', reason: 'malformed' })
      continue
    }
    const reason = reasonAgainst(list, parsed.value, facts, selfKey)
    if (reason === undefined) listed.set(parsed.value.key, parsed.value)
    else refused.set(parsed.value.key, { address: parsed.value.text, ...reason })
  }
  return { listed: [...listed.values()], refused: [...refused.values()], texts: texts.map(cleanAddressText) }
}
