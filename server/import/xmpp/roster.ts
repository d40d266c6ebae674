/** The items of a roster (RFC 6121 section 2.1) as contacts. */
import { foldAscii } from '../../../shared/address.ts'
import { refusal } from '../../ground/refusals.ts'
import {
  type Draft,
  type Gathered,
  gather,
  type ImportFault,
  type ImportResult,
  type LeftOut,
  toldOf,
} from '../contact.ts'
import type { XmppSource } from '../source.ts'
import { childOf, type Stanza, StreamFault } from './stanza.ts'

/** One contact as the server has it; `jid` folded, `subscription` of RFC 6121 section 2.1.2.5. */
export type RosterItem = {
  readonly jid: string
  readonly name: string
  readonly subscription: string
  readonly groups: readonly string[]
}
/** `items`: by JID. `left`: those that make no sense. */
export type Roster = { readonly items: ReadonlyMap<string, RosterItem>; readonly left: readonly LeftOut[] }

/** Namespace of roster questions and pushes. */
export const rosterUri = 'jabber:iq:roster'
const subscriptions = ['none', 'to', 'from', 'both']

/** The whole roster of an answer. Items that make no sense, and of one JID all but the first, are left out. */
export function rosterOf(answer: Stanza): Roster {
  const query = childOf(answer, rosterUri, 'query')
  if (!query) throw new StreamFault('it sends no roster')
  const items = new Map<string, RosterItem>()
  const left: LeftOut[] = []
  for (const child of query.children) {
    const item = itemOf(child, subscriptions)
    if (item && !items.has(item.jid)) items.set(item.jid, item)
    else left.push(leftOut(child, item))
  }
  return { items, left }
}

function leftOut({ attributes }: Stanza, item?: RosterItem): LeftOut {
  const [jid, name] = [attributes.get('jid') ?? '', attributes.get('name') ?? '']
  const twice = item && refusal('rowTwice', item.jid)
  const why = twice ?? refusal('rowUnreadable', 'item', 'the item makes no sense')
  return { where: jid.slice(0, 200), ...toldOf(why), ...(item ? { identity: item.jid } : { texts: [jid, name] }) }
}

/** What a push says of one contact; undefined where it makes no sense. */
export function pushedItem(push: Stanza): RosterItem | undefined {
  const query = childOf(push, rosterUri, 'query')
  const [item, ...more] = query?.children ?? []
  if (!item || more.length > 0) return undefined
  return itemOf(item, [...subscriptions, 'remove'])
}

function itemOf({ uri, local, attributes, children }: Stanza, known: readonly string[]): RosterItem | undefined {
  const jid = foldAscii(attributes.get('jid') ?? '')
  const subscription = attributes.get('subscription') ?? 'none'
  if (uri !== rosterUri || local !== 'item' || !/^[^/]{1,2047}$/.test(jid) || !known.includes(subscription))
    return undefined
  const groups = children.filter((child) => child.uri === rosterUri && child.local === 'group').map(({ text }) => text)
  return { jid, name: attributes.get('name') ?? '', subscription, groups }
}

/** A contact's bare JID is its mail address. Services have none, and are left out. */
export function contactsOf(roster: Roster, source: XmppSource, unicode: boolean): ImportResult {
  const drafts: Draft[] = []
  const warnings: ImportFault[] = []
  for (const { jid, name, subscription, groups } of roster.items.values()) {
    const at = jid.indexOf('@')
    if (!source.subscriptions.some((wanted) => wanted === subscription)) continue
    if (at < 1) warnings.push({ where: jid, why: 'is a service, not a person: left out' })
    else {
      drafts.push({
        externalId: jid,
        addresses: [jid],
        name: name.trim() || jid.slice(0, at),
        groups: [...groups],
        where: jid,
      })
    }
  }
  const gathered: Gathered = { drafts, left: roster.left, warnings }
  return gather(gathered, unicode)
}
