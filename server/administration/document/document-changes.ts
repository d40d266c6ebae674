/** From the present state to a document: the changes that lead there, each with the place that asks for it. Pure. */

import type { Change } from '../../../shared/administration/change.ts'
import { readAddress } from '../../lists/contact.ts'
import { ruleIdOf } from '../changes/rules.ts'
import { type DocumentChanges, DocumentDraft } from './document-draft.ts'
import { planContacts, planPeople } from './document-people.ts'
import type { OrganisationDocument, PresentState } from './document.ts'

/** `prune`: what a section of the document does not name goes; people are disabled. */
export function changesOf(
  state: PresentState,
  document: OrganisationDocument,
  { prune = false }: { readonly prune?: boolean } = {},
): DocumentChanges {
  const draft = new DocumentDraft(prune)
  planPolicy(state, document, draft)
  // People before groups and contacts: both speak of users whom the same document may add.
  const people = planPeople(state, document, draft)
  planGroups(state, document, { draft, logins: people.logins })
  planRules(state, document, draft)
  planContacts(state, people, draft)
  return draft.result()
}

function planPolicy(state: PresentState, { policy = {} }: OrganisationDocument, draft: DocumentDraft): void {
  // Settings that are so already are no change: applying a snapshot to where it came from does nothing.
  const old: Readonly<Record<string, unknown>> = state.policy
  const changes = Object.fromEntries(Object.entries(policy).filter(([name, value]) => old[name] !== value))
  if (Object.keys(changes).length > 0) draft.add('policy', { op: 'policy.set', changes })
}

type Groups = { readonly draft: DocumentDraft; readonly logins: ReadonlySet<string> }

function planGroups(state: PresentState, { groups }: OrganisationDocument, { draft, logins }: Groups): void {
  if (!groups) return
  const titles = new Map(state.groups.map(({ id, title }) => [id, title]))
  const membersOf = Map.groupBy(state.members, ({ group }) => group)
  const seen = new Map<string, string>()
  for (const [index, { group, title, members }] of groups.entries()) {
    const place = `groups[${index}]`
    if (!draft.once(seen, group, place)) continue
    if (titles.get(group) !== title) draft.add(place, { op: 'group.put', group, title })
    const before = new Set((membersOf.get(group) ?? []).map(({ user }) => user))
    for (const [at, user] of members.entries()) {
      if (!logins.has(user)) draft.refuse(`${place}.members[${at}]`, `there is no user ${JSON.stringify(user)}`)
      else if (!before.delete(user)) draft.add(`${place}.members[${at}]`, { op: 'group.join', group, user })
    }
    if (draft.prune) for (const user of before) draft.add(`${place}.members`, { op: 'group.leave', group, user })
  }
  if (!draft.prune) return
  for (const group of titles.keys()) if (!seen.has(group)) draft.add('groups', { op: 'group.remove', group })
}

type Wanted = { readonly place: string; readonly change: Change; readonly id: string; readonly more: string }

function planRules(state: PresentState, { rules }: OrganisationDocument, draft: DocumentDraft): void {
  if (!rules) return
  const wanted = [
    ...(rules.open ?? []).map((rule, index) => openRule(rule, `rules.open[${index}]`)),
    ...(rules.domains ?? []).map((rule, index) => domainRule(state, rule, `rules.domains[${index}]`)),
    ...(rules.deny ?? []).map((rule, index) => denyRule(state, rule, `rules.deny[${index}]`)),
  ]
  const before = new Map(state.rules.map((rule) => [rule.id, rule]))
  const seen = new Set<string>()
  // A rule that is named twice is one rule, since its id follows from what it says.
  for (const { place, change, id, more } of wanted) {
    if (!seen.has(id) && before.get(id)?.more !== more) draft.add(place, change)
    seen.add(id)
  }
  if (!draft.prune) return
  const sections = { open: rules.open, domain: rules.domains, deny: rules.deny }
  for (const { id, kind } of state.rules)
    if (sections[kind] && !seen.has(id)) draft.add('rules', { op: 'rule.remove', id })
}

type Rules = NonNullable<OrganisationDocument['rules']>

function openRule({ a, b }: NonNullable<Rules['open']>[number], place: string): Wanted {
  return { place, change: { op: 'rule.open', a, b }, id: ruleIdOf({ kind: 'open', a, b }), more: '{}' }
}

function domainRule(state: PresentState, rule: NonNullable<Rules['domains']>[number], place: string): Wanted {
  const { name, proof } = rule
  const more = { ...(name === undefined ? {} : { name }), ...(proof === undefined ? {} : { proof }) }
  const id = ruleIdOf({ kind: 'domain', a: keyOf(state, rule.domain), b: rule.for })
  const change: Change = { op: 'rule.domain', domain: rule.domain, for: rule.for, ...more }
  return { place, change, id, more: JSON.stringify(more) }
}

function denyRule(state: PresentState, rule: NonNullable<Rules['deny']>[number], place: string): Wanted {
  const { what, user } = rule
  const id = ruleIdOf({ kind: 'deny', a: keyOf(state, what), b: user ?? '' })
  return { place, change: { op: 'rule.deny', what, ...(user === undefined ? {} : { user }) }, id, more: '{}' }
}

/** What is no address is refused, with its place, when the change is made. */
function keyOf({ unicode }: PresentState, text: string): string {
  const read = readAddress(text, unicode)
  return read.ok ? read.value.key : text
}
