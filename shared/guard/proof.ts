/** Whether a message is proven to come from the contact that its From names, at the level the entry asks (I2, I5). */
import { type Address, asciiDomain, foldAscii } from '../address.ts'
import type { DkimFact, IncomingFacts } from './facts.ts'

/** Fields that a signature must cover (I2): the ones that a reader sees, and the ones that decide how the body is read. */
export const fieldsToSign = ['from', 'to', 'subject', 'date', 'mime-version', 'content-type'] as const

type Evidence = Pick<IncomingFacts, 'verdict' | 'login' | 'dkim' | 'keySignature'>

/**
 * Every comparison asks for the pass itself, never for the absence of a fail (I2). A gateway's pass counts only for this
 * From and this level; its hold, or a pass for something else, proves nothing and the message's own evidence decides.
 */
export function isProven(from: Address, level: string, evidence: Evidence): boolean {
  return isVouchedFor(from, level, evidence.verdict) || provesItself(from, level, evidence)
}

function isVouchedFor(from: Address, level: string, verdict: IncomingFacts['verdict']): boolean {
  return verdict?.verdict === 'pass' && verdict.level === level && foldAscii(verdict.from) === from.key
}

function provesItself(from: Address, level: string, evidence: Evidence): boolean {
  if (level === 'login') return evidence.login !== undefined && foldAscii(evidence.login) === from.key
  if (level === 'dmarc') return evidence.dkim.some((fact) => covers(fact, asciiDomain(from)))
  // An unknown level proves nothing: a newer list may ask for what this version can't check (F1).
  const at = level.indexOf(':')
  const [kind, value] = [level.slice(0, at), level.slice(at + 1)]
  if (at < 0 || value === '') return false
  if (kind === 'dkim') return evidence.dkim.some((fact) => covers(fact, foldAscii(value)))
  if (kind === 'key') return evidence.keySignature?.valid === true && evidence.keySignature.key === value
  return false
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
