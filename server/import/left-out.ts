/** Whose a row may be that could not be taken: whoever that is stays listed as before. */
import { type ExistingContact, keyOf, type LeftOut } from './contact.ts'

/**
 * Finds the left-out row that may be a contact's. A row that says who it is counts for that one alone; of any other the
 * texts are compared; a row that says nothing may be anybody's.
 */
export function createOwners(left: readonly LeftOut[]): (contact: ExistingContact) => LeftOut | undefined {
  const byIdentity = new Map<string, LeftOut>()
  const byText = new Map<string, LeftOut>()
  const byLocal = new Map<string, { readonly letters: string; readonly row: LeftOut }[]>()
  let anybodys: LeftOut | undefined
  for (const row of left) {
    if (row.identity !== undefined) byIdentity.set(row.identity, row)
    else if (row.texts?.some((text) => lettersOf(text) !== '')) {
      for (const text of row.texts) {
        byText.set(lettersOf(text), row)
        const local = localOf(text)
        if (local !== '') byLocal.set(local, [...(byLocal.get(local) ?? []), { letters: lettersOf(text), row }])
      }
    } else anybodys ??= row
  }
  return ({ address, name, externalId }) => {
    const known = byIdentity.get(externalId ?? keyOf(address))
    if (known) return known
    const letters = lettersOf(address)
    // A mistyped sign, and what stands behind it cut off: `dee@corp,example`, `dee@corp`.
    const cut = byLocal.get(localOf(address))?.find((one) => letters.startsWith(one.letters))
    return byText.get(letters) ?? byText.get(lettersOf(name)) ?? cut?.row ?? anybodys
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
