/** Cards: entries that many lists share, made once. A user's card shows what every colleague sees. */
import { z } from 'zod'
import { canonicalText } from '../../shared/whitelist/bytes/canonical.ts'
import { type Entry, entryText, leafOfText } from '../../shared/whitelist/entry.ts'
import { primitives } from '../ground/primitives.ts'
import type { CardRow, RuleRow } from '../store/administration/tables.ts'
import type { UserRow } from '../store/tables.ts'

/** A card with its length in bytes: lists know their size without reading their entries again. */
export type Card = CardRow & { readonly bytes: number }

/** A row with the length of its text in bytes. */
export function cardOf(row: CardRow): Card {
  return { ...row, bytes: Buffer.byteLength(row.json) }
}

/** The id of a user's own card. */
export function userCardId(user: string): string {
  return `u.${user}`
}

/** How the others see a user. */
export function entryOfUser(user: UserRow): Omit<Entry, 'rev'> {
  const { scope, department, expires } = user
  return {
    id: userCardId(user.id),
    n: user.name,
    k: '',
    m: user.address,
    r: '',
    s: scope === 'internal' ? 'int' : 'ext',
    // Guests have accounts here: what they send is submitted by themselves.
    ...(scope === 'external' ? { a: 'login' } : {}),
    ...(expires > 0 ? { x: expires } : {}),
    ...(department === '' ? {} : { g: [department] }),
  }
}

const detailsSchema = z.object({ name: z.string().exactOptional(), proof: z.string().exactOptional() })

/** What a rule for a whole domain says besides the domain: the name that it has in lists, and how its mail is proven. */
export function domainDetails(more: string): Readonly<z.infer<typeof detailsSchema>> {
  return detailsSchema.parse(JSON.parse(more))
}

/** A whole domain, open to those whom the rule names: proven by the domain only. */
export function entryOfDomain({ id, a, more }: RuleRow): Omit<Entry, 'rev'> {
  const { name = a.slice(1), proof = 'dmarc' } = domainDetails(more)
  return { id: `d.${id}`, n: name, k: '', m: a, r: '', s: 'ext', a: proof }
}

/** An address that stays closed although its domain is open. */
export function entryOfDenied({ id, a }: RuleRow): Omit<Entry, 'rev'> {
  return { id: `x.${id}`, n: a, k: '', m: a, r: '', s: 'ext', o: 'n' }
}

/** The card with the next revision, or the old one where nothing on it changed. */
export function nextCard(entry: Omit<Entry, 'rev'>, key: string, old: CardRow | undefined): CardRow {
  if (old && old.key === key && old.json === canonicalText({ ...entry, rev: old.rev })) return old
  const rev = (old?.rev ?? 0) + 1
  const json = entryText({ ...entry, rev })
  return { id: entry.id, rev, key, json, leaf: leafOfText(primitives, json) }
}
