/** What an avatar shows: letters of a name, and a colour that stays with the address. */

/** How many soft colours styles/controls.css has. */
const tints = 8

/** Always the same colour for the same address, on every device. */
export function tintOf(address: string): number {
  let hash = 7
  // A hash of the address's characters; `>>> 0` keeps it within 32 bits, the same on every machine.
  for (const character of address.toLowerCase()) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return hash % tints
}

/** Characters as readers count them. */
function characters(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}

/** One or two characters for a name: first and last word's letters; the last two of a name in Chinese characters. */
export function initialsOf(name: string, address: string): string {
  const text = name.trim() || address
  if (/^[\p{Script=Han}·・\s]+$/u.test(text))
    // Of a Chinese name the given name, which stands last, tells people apart.
    return characters(text.replace(/[·・\s]/gu, ''))
      .slice(-2)
      .join('')
  const words = text
    .split(/[\s._\-@]+/u)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word) && !/^\p{Script=Han}/u.test(word))
  const [first = '?'] = characters(words[0] ?? text)
  const [last = ''] = words.length > 1 && name.trim() !== '' ? characters(words.at(-1) ?? '') : []
  return (first + last).toUpperCase()
}
