/** Whether a message is proven to come from the contact that its From names, at the level the entry asks (I2, I5). */
import { type Address, asciiDomain, foldAscii, parseAddress } from '../address.ts'
import type { DkimFact, IncomingFacts } from './facts.ts'

/** Fields that stand once in what a DKIM signature proves, and that it covers (I2). The large providers sign no more. */
export const fieldsToSign = ['from', 'subject', 'date'] as const

type Evidence = Pick<IncomingFacts, 'self' | 'message' | 'verdict' | 'login' | 'dkim' | 'keySignature'>

/**
 * Every comparison asks for the pass itself, never for the absence of a fail (I2). What a gateway proved counts only for this
 * From and this level; its hold, or a pass for something else, proves nothing and the message's own evidence decides.
 */
export function isProven(from: Address, level: string, evidence: Evidence): boolean {
  const byDkim = level === 'dmarc' || level.startsWith('dkim:')
  // Whoever could weaken an entry could make a stranger's signature prove a colleague: his login proves him, or his key.
  if (byDkim && isOfOwnDomain(from, evidence.self)) return false
  return isVouchedFor(from, level, evidence.verdict) || provesItself(from, level, evidence)
}

/** True as well where the own address does not parse: then nobody knows (F1). */
function isOfOwnDomain(from: Address, self: string): boolean {
  const own = parseAddress(self, { unicode: true })
  return !own.ok || asciiDomain(own.value) === asciiDomain(from)
}

function isVouchedFor(from: Address, level: string, verdict: IncomingFacts['verdict']): boolean {
  // Whom the list admits is asked of the list in force (I6): what was proven when the message came stays proven.
  const vouches = verdict?.verdict === 'pass' || verdict?.proven === true
  return vouches && verdict?.level === level && foldAscii(verdict.from) === from.key
}

function provesItself(from: Address, level: string, evidence: Evidence): boolean {
  if (level === 'login') return evidence.login !== undefined && foldAscii(evidence.login) === from.key
  if (level === 'dmarc') return isSigned(evidence, asciiDomain(from))
  // An unknown level proves nothing: a newer list may ask for what this version can't check (F1).
  const at = level.indexOf(':')
  const [kind, value] = [level.slice(0, at), level.slice(at + 1)]
  if (at < 0 || value === '') return false
  if (kind === 'dkim') return isSigned(evidence, foldAscii(value))
  if (kind === 'key') return evidence.keySignature?.valid === true && evidence.keySignature.key === value
  return false
}

/** Of two fields a signature covers one, and of none it says nothing. */
function isSigned({ message, dkim }: Evidence, domain: string): boolean {
  const isOnce = (wanted: string) => message.fields.filter(({ name }) => name === wanted).length === 1
  return fieldsToSign.every(isOnce) && dkim.some((fact) => covers(fact, domain))
}

/**
 * A pass by exactly this domain (strict alignment, RFC 7489 section 3.1.1) over the whole body and all the fields. The
 * same is asked of a pinned signer: a signature that leaves the subject or part of the body open does not prove a message.
 */
function covers(fact: DkimFact, domain: string): boolean {
  if (!fact.pass || fact.bodyLength || foldAscii(fact.domain) !== domain) return false
  const signed = new Set(fact.signed.map(foldAscii))
  return fieldsToSign.every((name) => signed.has(name))
}
