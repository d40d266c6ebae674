/** Addresses out of typed and pasted text. */

/**
 * Splits pasted or typed text into the addresses that it seems to name. This only helps to fill the field: whether
 * each is an address, and an allowed one, the guard decides.
 */
export function splitRecipients(text: string): string[] {
  // Not within quotes or angle brackets: a name may hold a comma.
  const parts = text.split(/[,;\s，；、]+(?=(?:[^"<]|"[^"]*"|<[^>]*>)*$)/u)
  const addresses: string[] = []
  for (const part of parts) {
    const bracketed = /<([^<>]*)>/u.exec(part)
    const address = (bracketed?.[1] ?? part).trim().replace(/^mailto:/iu, '')
    if (address.includes('@')) addresses.push(address.slice(0, longestAddress))
  }
  if (addresses.length === 0 && text.trim() !== '') addresses.push(text.trim().slice(0, longestAddress))
  return [...new Set(addresses)]
}

/** As much as the contract lets through; longer ones are refused by the guard in any case. */
const longestAddress = 320

/** Whether text looks finished as an address: only then it is worth the guard's opinion. */
export function looksLikeAddress(text: string): boolean {
  return /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}$/u.test(text.trim())
}

/** What a search that finds nobody asks for as a contact: what was typed, where it is an address. */
export function requestedAddress(search: string): string {
  const text = search.trim()
  return looksLikeAddress(text) ? text : ''
}
