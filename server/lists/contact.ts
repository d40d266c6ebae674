/** A contact as an administrator gives it, and how it becomes an entry (protocol.md 3.2). */
import { type Address, parseAddress } from '../../shared/address.ts'
import type { ContactChanges, ContactInput } from '../../shared/administration/change.ts'
import { expirySchema, momentOf } from '../../shared/moment.ts'
import { type Entry, entryLimits, isEntry } from '../../shared/whitelist/entry.ts'
import { type Done, type Refusal, refusal } from '../ground/refusals.ts'

/** A value made of what an administrator gave, or why it cannot be had, in words for that person. */
/**
 * What is known about an address beside what the administrator says: an account's own scope, or `internal` for the
 * own domain.
 */
export type AddressFacts = {
  readonly scope: 'internal' | 'external'
  readonly hasAccount: boolean
  /** Whether it is of the own domain, by the address alone. */
  readonly isOwn: boolean
}

/** An address, or `@domain` for everybody there: the rules say whether that may be listed. */
export function readAddress(text: string, unicode: boolean): Done<Address> {
  // A stand-in local part makes `@domain` an address, so that the one parser (guard.md A1) decides about domains too.
  const isDomain = text.startsWith('@')
  const parsed = parseAddress(`${isDomain ? 'x' : ''}${text.normalize('NFC')}`, { unicode })
  if (parsed.ok && isDomain) {
    const { text: whole, key, domain } = parsed.value
    return { ok: true, value: { ...parsed.value, text: whole.slice(1), key: key.slice(1), domain } }
  }
  return parsed.ok
    ? parsed
    : refusal('address', text, `${JSON.stringify(text)} is not an address that can be listed (${parsed.fault})`)
}

/** `base` is the entry as it was, for a change; the id and revision are those given. */
export function entryOf(
  place: { readonly id: string; readonly rev: number },
  input: ContactChanges & { readonly address: string },
  facts: AddressFacts,
  base?: Entry,
): Done<Entry> {
  // What the input leaves out stays as it is in `base`; of a new entry it is decided from the facts.
  const expires = input.expires === undefined ? { ok: true as const, value: base?.x } : readExpiry(input.expires)
  if (!expires.ok) return expires
  const scope = input.scope ?? scopeOf(base) ?? facts.scope
  const groups = input.groups?.map(plainLine) ?? base?.g ?? []
  const proof = proofOf(input.proof ?? keptProof(base, facts), scope, facts)
  const direction = input.direction === undefined ? base?.o : directions[input.direction]
  const entry: Entry = {
    ...place,
    n: plainLine(input.name ?? base?.n ?? ''),
    k: plainLine(input.nickname ?? base?.k ?? ''),
    m: input.address,
    r: plainLine(input.remark ?? base?.r ?? ''),
    s: scope === 'internal' ? 'int' : 'ext',
    // Absent and empty would be two canonical forms of one meaning, with two leaves: what says nothing is left out.
    ...(proof === '' ? {} : { a: proof }),
    ...(expires.value === undefined ? {} : { x: expires.value }),
    ...(groups.length === 0 ? {} : { g: groups }),
    ...(direction === undefined ? {} : { o: direction }),
  }
  if (entry.n === '') return refusal('contactName')
  if (facts.isOwn && isForeignProof(proof)) return refusal('ownProof', entry.m)
  return isEntry(entry) ? { ok: true, value: entry } : faultOf(entry)
}

/**
 * Somebody external with an account here signs in to send: a login proves more than DMARC and needs nothing of another
 * mail server. In the own domain nothing else is proof (guard.md I2), also where none is named.
 */
function proofOf(
  named: string | undefined,
  scope: 'internal' | 'external',
  { hasAccount, isOwn }: AddressFacts,
): string {
  if (scope === 'internal') return named ?? ''
  if (isOwn) return named === undefined || named === '' ? 'login' : named
  return named ?? (hasAccount ? 'login' : '')
}

/** An address that moves into the own domain leaves there what proves nothing in it. */
function keptProof(base: Entry | undefined, { isOwn }: AddressFacts): string | undefined {
  return isOwn && isForeignProof(base?.a ?? '') ? undefined : base?.a
}

/** Whether a level rests on a domain's signature, which proves nobody of the own domain (guard.md I2). */
export function isForeignProof(level: string): boolean {
  return level === 'dmarc' || level.startsWith('dkim:')
}

/** The entry as an administrator would give it: all that is set, no defaults. */
export function contactOfEntryRow({ n, k, m, r, s, a, x, g, o }: Entry): ContactInput {
  return {
    address: m,
    name: n,
    ...(k === '' ? {} : { nickname: k }),
    ...(r === '' ? {} : { remark: r }),
    ...(g === undefined ? {} : { groups: [...g] }),
    scope: s === 'int' ? 'internal' : 'external',
    ...(a === undefined ? {} : { proof: a }),
    ...(x === undefined ? {} : { expires: x }),
    // `n` closes an address within an open domain; only rules make it, so no administrator's word stands for it.
    ...(o === undefined || o === 'n' ? {} : { direction: o === 's' ? ('send' as const) : ('receive' as const) }),
  }
}

/** Texts and times as an entry keeps them, so that what was given in another spelling compares as the same. */
export function normaliseChanges<C extends ContactChanges>(given: C): C {
  const { name, nickname, remark, groups, expires } = given
  const time = expires === undefined ? undefined : readExpiry(expires)
  return {
    ...given,
    ...(name === undefined ? {} : { name: plainLine(name) }),
    ...(nickname === undefined ? {} : { nickname: plainLine(nickname) }),
    ...(remark === undefined ? {} : { remark: plainLine(remark) }),
    ...(groups === undefined ? {} : { groups: groups.map(plainLine) }),
    ...(time?.ok ? { expires: time.value ?? 'never' } : {}),
  }
}

/** Words of the administrator and what protocol.md 3.2 has for them: `both` is the field's absence. */
const directions = { both: undefined, send: 's', receive: 'r' } as const

function scopeOf(base: Entry | undefined): 'internal' | 'external' | undefined {
  if (!base) return undefined
  return base.s === 'int' ? 'internal' : 'external'
}

/** One line in normal form: what canonical JSON and every screen can hold. */
export function plainLine(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
}

/** An end as milliseconds since the epoch; undefined: never. */
export function readExpiry(expires: number | string): Done<number | undefined> {
  if (expires === 'never') return { ok: true, value: undefined }
  if (!expirySchema.safeParse(expires).success) return refusal('date', String(expires))
  return { ok: true, value: typeof expires === 'number' ? expires : momentOf(expires) }
}

/** Which limit an entry breaks. Called only for one that `isEntry` refused, so what is left at the end is the proof. */
function faultOf(entry: Entry): Refusal {
  if (entry.n.length > entryLimits.n) return refusal('nameLong')
  if (entry.k.length > entryLimits.k) return refusal('nicknameLong')
  if (entry.r.length > entryLimits.r) return refusal('remarkLong')
  if ((entry.g?.length ?? 0) > entryLimits.groups) return refusal('groupsMany')
  if (entry.g?.some((group) => group.length > entryLimits.g)) return refusal('groupLong')
  return refusal('proof', entry.a)
}
