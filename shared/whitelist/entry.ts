/** An entry: one contact in a whitelist, as it travels and is hashed (protocol.md section 3.2). */
import { canonicalText } from './bytes/canonical.ts'
import type { Primitives } from './bytes/primitives.ts'

/** Optional keys are absent, never undefined. */
export type Entry = {
  /** Stable identifier within the list, visible ASCII. */
  readonly id: string
  /** 1 when the entry is added to the list, higher with each change (delta.ts relies on it). */
  readonly rev: number
  /** Name. */
  readonly n: string
  /** Nickname, may be empty. */
  readonly k: string
  /** Mail address as written; `@domain` stands for everybody there. */
  readonly m: string
  /** Remark, may be empty. */
  readonly r: string
  readonly s: 'int' | 'ext'
  /** How incoming mail is proven: `login`, `dmarc`, `dkim:<domain>`, `key:<pk>`. Absent: `login` inside, `dmarc` outside. */
  readonly a?: string
  /** Expiry, milliseconds since the epoch. */
  readonly x?: number
  /** Groups. */
  readonly g?: readonly string[]
  /** Only sending to (`s`), only receiving from (`r`), or neither (`n`: an address that stays closed within an open domain); absent: both. */
  readonly o?: 's' | 'r' | 'n'
}

/** Longest of each text field, in UTF-16 units. */
export const entryLimits = { id: 64, n: 200, k: 200, m: 320, r: 1_000, a: 320, g: 100, groups: 32 } as const

const idPattern = /^[\x21-\x7e]{1,64}$/
const levelPattern = /^(login|dmarc|dkim:[a-z0-9.-]{1,253}|key:[A-Za-z0-9+/=]{1,128})$/
const fields: ReadonlySet<string> = new Set(['id', 'rev', 'n', 'k', 'm', 'r', 's', 'a', 'x', 'g', 'o'])

/** Whether a canonical value is an entry: all fields of the right type and length, and no others. Fast: lists are long. */
export function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const key of Object.keys(value)) if (!fields.has(key)) return false
  const e: { readonly [K in keyof Entry]?: unknown } = value
  return (
    typeof e.id === 'string' &&
    idPattern.test(e.id) &&
    isCount(e.rev) &&
    e.rev >= 1 &&
    isText(e.n, entryLimits.n) &&
    isText(e.k, entryLimits.k) &&
    isText(e.m, entryLimits.m) &&
    isText(e.r, entryLimits.r) &&
    (e.s === 'int' || e.s === 'ext') &&
    hasGoodOptions(e)
  )
}

function hasGoodOptions(e: { readonly [K in keyof Entry]?: unknown }): boolean {
  return (
    (e.a === undefined || (typeof e.a === 'string' && levelPattern.test(e.a))) &&
    (e.x === undefined || isCount(e.x)) &&
    (e.o === undefined || e.o === 's' || e.o === 'r' || e.o === 'n') &&
    (e.g === undefined || isGroups(e.g))
  )
}

function isGroups(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length <= entryLimits.groups && value.every((group) => isText(group, entryLimits.g))
  )
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Whether a text is a level of proof. */
export function isLevel(text: string): boolean {
  return levelPattern.test(text)
}

/** The canonical text of an entry: what is stored, sent and hashed. Throws on text that has no canonical form. */
export function entryText(entry: Entry): string {
  return canonicalText(entry)
}

/**
 * The same for an entry that is known to be canonical, because it was decoded: keys put in order, absent ones left out
 * by `JSON.stringify`, nothing checked again. Ten times faster; a list of 100,000 needs it.
 */
function knownText({ a, g, id, k, m, n, o, r, rev, s, x }: Entry): string {
  return JSON.stringify({ a, g, id, k, m, n, o, r, rev, s, x })
}

/** `DS("entry")` as text. */
const leafPrefix = 'kith-wl/1/entry\n'

/** `leaf = H(DS("entry") ‖ bytes)` of an entry's canonical text. */
export function leafOfText(primitives: Primitives, text: string): Uint8Array {
  return primitives.hash32(leafPrefix + text)
}

/** The leaf of an entry that was decoded from canonical bytes, or whose `entryText` was made. */
export function leafOf(primitives: Primitives, entry: Entry): Uint8Array {
  return leafOfText(primitives, knownText(entry))
}
