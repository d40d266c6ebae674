/** Texts as an answer carries them. */

/** Whole characters in normal form, cut where it is long. */
export function plain(text: string, most = 4_000): string {
  // Canonical JSON takes well-formed texts in NFC only (protocol.md 2); one bad name would fail the whole answer.
  return text.slice(0, most).toWellFormed().normalize('NFC')
}

/** The same of every text within a value that is made of plain objects and lists. */
export function allPlain<T>(value: T): T
export function allPlain(value: unknown): unknown {
  if (typeof value === 'string') return plain(value)
  if (Array.isArray(value)) return value.map((one: unknown) => allPlain(one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, allPlain(one)]))
}
