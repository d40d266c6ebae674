/** Changes of the organisation's rules and settings, and of who administers. */

import { createHash } from 'node:crypto'
import type { Change, ChangeOf } from '../../../shared/administration/change.ts'
import { isLevel } from '../../../shared/whitelist/entry.ts'
import { refusal } from '../../ground/refusals.ts'
import { isForeignProof, readAddress } from '../../lists/contact.ts'
import { tellNews } from '../../lists/nudge.ts'
import { domainDetails, entryOfDenied, entryOfDomain, nextCard } from '../../organisation/cards.ts'
import { policyFrom } from '../../organisation/organisation.ts'
import { organisationPolicySchema, wholePolicy } from '../../organisation/policy.ts'
import type { RuleRow } from '../../store/administration/tables.ts'
import type { Applied, Handler, Work } from '../work.ts'

/** Changes settings of the organisation; those that are not named stay. */
export const setPolicy: Handler<ChangeOf<'policy.set'>> = async (work, { changes }) => {
  const old = policyFrom(await work.inside.organisation.policy())
  const next = organisationPolicySchema.parse({ ...old, ...changes })
  await work.inside.organisation.setPolicy(JSON.stringify(next))
  work.organisationMoved = true
  const whole = Object.entries(wholePolicy(old, work.config))
  const before = Object.fromEntries(whole.filter(([name]) => name in changes))
  return { ok: true, target: 'policy', before, after: changes, undo: [{ op: 'policy.set', changes: before }] }
}

/** Has two units list each other. */
export const openUnits: Handler<ChangeOf<'rule.open'>> = (work, { a, b }) =>
  addRule(work, { kind: 'open', a, b, more: '{}' })

/** Lists a whole domain for a unit; refused while the policy has no domains. */
export const openDomain: Handler<ChangeOf<'rule.domain'>> = async (work, { domain, for: audience, name, proof }) => {
  if (!policyFrom(await work.inside.organisation.policy()).domains) return refusal('domainsOff')
  const read = readAddress(domain, work.config.policy.unicode)
  if (!read.ok) return read
  if (proof !== undefined && !isLevel(proof)) return refusal('proof', proof)
  if (read.value.domain === work.config.domain && isForeignProof(proof ?? 'dmarc'))
    return refusal('ownProof', read.value.key)
  const more = JSON.stringify({ ...(name === undefined ? {} : { name }), ...(proof === undefined ? {} : { proof }) })
  return addRule(work, { kind: 'domain', a: read.value.key, b: audience, more })
}

/** Keeps an address or a domain out of one user's list, or of every list. */
export const denyAddress: Handler<ChangeOf<'rule.deny'>> = async (work, { what, user }) => {
  const read = readAddress(what, work.config.policy.unicode)
  if (!read.ok) return read
  if (user !== undefined && !(await work.inside.users.get(user))) return refusal('unknownUser', user)
  return addRule(work, { kind: 'deny', a: read.value.key, b: user ?? '', more: '{}' })
}

/** Removes a rule and the card that it made. */
export const removeRule: Handler<ChangeOf<'rule.remove'>> = async (work, { id }) => {
  const { organisation } = work.inside
  const rule = (await organisation.rules()).find((row) => row.id === id)
  if (!rule) return refusal('unknownRule', id)
  await organisation.removeRule(id)
  await organisation.removeCard(cardIdOf(rule))
  work.organisationMoved = true
  return { ok: true, target: id, before: changeOfRule(rule), undo: [changeOfRule(rule)] }
}

/** Gives a user a role, or takes it; administration that the old one opened is closed. */
export const setRole: Handler<ChangeOf<'role.set'>> = async (work, { user, role }) => {
  const { administration, users } = work.inside
  if (!(await users.get(user))) return refusal('unknownUser', user)
  const old = await administration.role(user)
  if (role === 'none') await administration.removeRole(user)
  else await administration.setRole({ user, role, totp: old?.totp ?? '', totp_step: old?.totp_step ?? 0 })
  const before = old?.role ?? 'none'
  // What the old role opened, perhaps with less proof, ends with it.
  if (before !== role) await work.inside.sessions.closeAdmin(user)
  // Their devices ask again what they may, so that the page shows it at once.
  if (before !== role) await tellNews(work.inside, [user], work.now)
  return { ok: true, target: user, before, after: role, undo: [{ op: 'role.set', user, role: before }] }
}

/** The change that makes a rule: for undoing its removal, and for a snapshot. */
export function changeOfRule({ kind, a, b, more }: RuleRow): Change {
  if (kind === 'open') return { op: 'rule.open', a, b }
  if (kind === 'domain') return { op: 'rule.domain', domain: a, for: b, ...domainDetails(more) }
  return { op: 'rule.deny', what: a, ...(b === '' ? {} : { user: b }) }
}

/** A rule's name follows from what it says: the same rule twice is the same rule. */
export function ruleIdOf({ kind, a, b }: Pick<RuleRow, 'kind' | 'a' | 'b'>): string {
  return createHash('sha256').update(`${kind}\n${a}\n${b}`).digest('hex').slice(0, 12)
}

async function addRule(work: Work, rule: Omit<RuleRow, 'id'>): Promise<Applied> {
  const { organisation } = work.inside
  const id = ruleIdOf(rule)
  const row = { id, ...rule }
  const rules = await organisation.rules()
  const old = rules.find((one) => one.id === id)
  // Said again, it changes nothing: a document may be applied as often as one likes.
  if (old?.more === rule.more) return { ok: true, target: id, undo: [] }
  await organisation.putRule(row)
  const entry = rule.kind === 'domain' ? entryOfDomain(row) : entryOfDenied(row)
  // The card goes on from its last revision, so that clients take it for a change and not for an older state.
  const card = await organisation.card(entry.id)
  if (rule.kind !== 'open') await organisation.putCard(nextCard(entry, rule.a, card))
  work.organisationMoved = true
  const undo: readonly Change[] = old ? [changeOfRule(old)] : [{ op: 'rule.remove', id }]
  return { ok: true, target: id, before: old && changeOfRule(old), after: changeOfRule(row), undo }
}

function cardIdOf({ kind, id }: RuleRow): string {
  return `${kind === 'deny' ? 'x' : 'd'}.${id}`
}
