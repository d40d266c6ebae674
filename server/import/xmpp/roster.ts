/** The items of a roster (RFC 6121 section 2.1) as contacts. */
import { foldAscii } from '../../../shared/address.ts'
import { type Draft, type Gathered, gather, type ImportFault, type ImportResult } from '../contact.ts'
import type { XmppSource } from '../source.ts'
import { childOf, type Stanza, StreamFault } from './stanza.ts'

/** One contact as the server has it; `jid` folded, `subscription` of RFC 6121 section 2.1.2.5. */
export type RosterItem = {
  readonly jid: string
  readonly name: string
  readonly subscription: string
  readonly groups: readonly string[]
}
/** By JID. */
export type Roster = ReadonlyMap<string, RosterItem>

/** Namespace of roster questions and pushes. */
export const rosterUri = 'jabber:iq:roster'
const subscriptions = ['none', 'to', 'from', 'both']

/** The whole roster of an answer. One item that makes no sense, and none is taken. */
export function rosterOf(answer: Stanza): Roster {
  const query = childOf(answer, rosterUri, 'query')
  if (!query) throw new StreamFault('it sends no roster')
  const items = query.children.map((child) => itemOf(child, subscriptions))
  const roster = new Map(items.map((item) => [item.jid, item]))
  if (roster.size !== items.length) throw new StreamFault('its roster names a contact twice')
  return roster
}

/** What a push says of one contact; undefined where it makes no sense. */
export function pushedItem(push: Stanza): RosterItem | undefined {
  const query = childOf(push, rosterUri, 'query')
  const [item, ...more] = query?.children ?? []
  if (!item || more.length > 0) return undefined
  try {
    return itemOf(item, [...subscriptions, 'remove'])
  } catch {
    return undefined
  }
}

function itemOf({ uri, local, attributes, children }: Stanza, known: readonly string[]): RosterItem {
  const jid = foldAscii(attributes.get('jid') ?? '')
  const subscription = attributes.get('subscription') ?? 'none'
  if (uri !== rosterUri || local !== 'item' || !/^[^/]{1,2047}$/.test(jid) || !known.includes(subscription))
    throw new StreamFault('its roster holds an item that makes no sense')
  const groups = children.filter((child) => child.uri === rosterUri && child.local === 'group').map(({ text }) => text)
  return { jid, name: attributes.get('name') ?? '', subscription, groups }
}

/** A contact's bare JID is its mail address. Services have none, and are left out. */
export function contactsOf(roster: Roster, source: XmppSource, unicode: boolean): ImportResult {
  const drafts: Draft[] = []
  const warnings: ImportFault[] = []
  for (const { jid, name, subscription, groups } of roster.values()) {
    const at = jid.indexOf('@')
    if (!source.subscriptions.some((wanted) => wanted === subscription)) continue
    if (at < 1) warnings.push({ where: jid, why: 'is a service, not a person: left out' })
    else {
      drafts.push({
        externalId: jid,
        address: jid,
        name: name.trim() || jid.slice(0, at),
        groups: [...groups],
        where: jid,
      })
    }
  }
  const gathered: Gathered = { drafts, warnings }
  return gather(gathered, unicode)
}
