/** Whose a row may be that could not be taken: whoever that is stays listed as before. */
import { type ExistingContact, keyOf, type LeftOut } from './contact.ts'

/**
 * Finds the left-out row that may be a contact's. A row that says who it is counts for that one alone; of any other the
 * texts are compared; a row that says nothing may be anybody's.
 */
export function createOwners(left: readonly LeftOut[]): (contact: ExistingContact) => LeftOut | undefined {
  const byIdentity = new Map<string, LeftOut>()
  const byText = new Map<string, LeftOut>()
  /** By what stands before the sign, and all letters. */
  const byStart = new Map<string, LeftOut>()
  let anybodys: LeftOut | undefined
  for (const row of left) {
    if (row.identity !== undefined) byIdentity.set(row.identity, row)
    else {
      const texts = (row.texts ?? []).filter((text) => lettersOf(text) !== '')
      if (texts.length === 0) anybodys ??= row
      for (const text of texts) {
        byText.set(lettersOf(text), row)
        const local = localOf(text)
        if (local !== '') byStart.set(`${local} ${lettersOf(text)}`, row)
      }
    }
  }
  return ({ address, name, externalId }) => {
    const known = byIdentity.get(externalId ?? keyOf(address))
    if (known) return known
    const letters = lettersOf(address)
    const exact = byText.get(letters) ?? byText.get(lettersOf(name))
    if (exact) return exact
    // A mistyped sign, and what stands behind it cut off: `dee@corp,example`, `dee@corp`.
    const local = localOf(address)
    for (let length = letters.length; length >= local.length; length -= 1) {
      const cut = byStart.get(`${local} ${letters.slice(0, length)}`)
      if (cut) return cut
    }
    return anybodys
  }
}

/** What is left of a text where signs, blanks, case and width say nothing. */
function lettersOf(text: string): string {
  return text
    .slice(0, 1_000)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

function localOf(text: string): string {
  const folded = text.slice(0, 1_000).normalize('NFKC').toLowerCase()
  const at = folded.indexOf('@')
  return at < 1 ? '' : lettersOf(folded.slice(0, at))
}
