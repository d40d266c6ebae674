/**
 * Canonical JSON (protocol.md section 2): UTF-8, keys sorted by code unit, no spaces, integers, NFC.
 *
 * A reader re-encodes what it read and compares: duplicate keys, other orders, other number forms and other escapes
 * all differ and are refused. Strings are written as RFC 8785 does, which is what `JSON.stringify` does.
 */
import { fromUtf8, utf8 } from './encoding.ts'

/** What canonical JSON can hold. There is no null: a key without a value is absent. */
export type Canonical =
  | string
  | number
  | boolean
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined }

/** Deepest nesting; the protocol's own objects need 5. */
const maxDepth = 12
/** Keys are short ASCII words. This alone keeps out `__proto__`, and digits, which engines reorder. */
const keyPattern = /^[A-Za-z][A-Za-z0-9]{0,31}$/
const inherited = Object.prototype

/** The canonical text of a value; undefined members are left out. Throws on what has no canonical form: a bug here. */
export function canonicalText(value: Canonical): string {
  return JSON.stringify(sorted(value, 0, new Set()))
}

/** The canonical bytes of a value. */
export function encodeCanonical(value: Canonical): Uint8Array {
  return utf8(canonicalText(value))
}

/** The value of canonical bytes, or `undefined` for anything that `encodeCanonical` would not have written. */
export function decodeCanonical(bytes: Uint8Array): Canonical | undefined {
  const text = fromUtf8(bytes)
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  // Form first, text second: a value may be written canonically and still hold what the protocol forbids.
  if (!isCanonical(value, 0, new Set())) return undefined
  return JSON.stringify(value) === text ? value : undefined
}

/** Whether a parsed value holds only what canonical JSON may, with keys in order. `known` remembers good keys. */
function isCanonical(value: unknown, depth: number, known: Set<string>): value is Canonical {
  if (typeof value === 'string') return isCanonicalString(value)
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'boolean') return true
  if (!isObject(value) || depth >= maxDepth) return false
  if (Array.isArray(value)) {
    for (const item of value) if (!isCanonical(item, depth + 1, known)) return false
    return true
  }
  let previous = ''
  for (const key of Object.keys(value)) {
    if (key <= previous || !(known.has(key) || isGoodKey(key, known))) return false
    if (!isCanonical(value[key], depth + 1, known)) return false
    previous = key
  }
  return true
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null
}

/** A short word that no object inherits (`constructor`, `valueOf`): such a key could be mistaken for a missing one. */
function isGoodKey(key: string, known: Set<string>): boolean {
  if (!keyPattern.test(key) || key in inherited) return false
  known.add(key)
  return true
}

/** Well-formed Unicode in normal form C. Almost all strings are ASCII, which is both. */
function isCanonicalString(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text) || (text.isWellFormed() && text.normalize('NFC') === text)
}

function sorted(value: Canonical | undefined, depth: number, known: Set<string>): unknown {
  if (typeof value !== 'object') {
    if (!isCanonical(value, depth, known)) throw new Error(`no canonical form for a ${typeof value}`)
    return Object.is(value, -0) ? 0 : value
  }
  if (depth >= maxDepth) throw new Error('no canonical form for a value this deep')
  if (isList(value)) return value.map((item) => sorted(item, depth + 1, known))
  const members: Record<string, unknown> = {}
  for (const key of Object.keys(value).sort()) {
    if (value[key] === undefined) continue
    if (!known.has(key) && !isGoodKey(key, known)) throw new Error(`no canonical form for the key ${key}`)
    members[key] = sorted(value[key], depth + 1, known)
  }
  return members
}

/** `Array.isArray` that narrows a readonly array, too. */
export function isList(value: object): value is readonly Canonical[] {
  return Array.isArray(value)
}
