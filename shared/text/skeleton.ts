/** What a text looks like: two texts with the same skeleton can be taken for each other (UTS #39 section 4, our own table). */
import { domainToUnicode } from './idna.ts'

/**
 * Characters by look, the one that stands for all first: Latin ones by shape in common screen fonts, then Cyrillic, Greek,
 * Armenian and Latin beyond ASCII that does not decompose.
 */
const shapes = [
  'aаαɑ',
  'b8вьбβƅß',
  'cсϲ',
  'dԁđð',
  'eезε',
  'g9qԛɡցγ',
  'hһħհ',
  'jјȷյ',
  'kкκ',
  'l1i|іӏιıɩł',
  'mм',
  'nпηոν',
  'o0оοօᴏøσ',
  'pрρþ',
  'rгʀ',
  's5$ѕ',
  'tтτŧ',
  'uսυ',
  'vѵ',
  'wԝωա',
  'xхχ',
  'yуү',
  'z2',
  '._-',
] as const
const looks: ReadonlyMap<string, string> = new Map(
  shapes.flatMap(([shape = '', ...others]) => others.map((other): [string, string] => [other, shape])),
)
/** Letters that together look like one. After `looks`, so that `c1` and `ci` count as `cl`. */
const pairs: Readonly<Record<string, string>> = { rn: 'm', nn: 'm', vv: 'w', cl: 'd' }
const pairPattern = /rn|nn|vv|cl/g
const marks = /\p{M}+/gu
const notLetters = /[^\p{L}\p{N}]+/u
const notAsciiLetters = /[^A-Za-z0-9]+/
/** `looks` of the ASCII characters by code: lists are long, and most of them ASCII. */
const asciiLooks: readonly string[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code).toLowerCase()
  return looks.get(character) ?? character
})

/** Skeleton of an address by its key; A-labels are compared by what they show as. */
export function addressSkeleton(key: string): string {
  const at = key.lastIndexOf('@')
  const domain = key.slice(at + 1)
  return textSkeleton(`${key.slice(0, at)}@${domain.includes('xn--') ? domainToUnicode(domain) : domain}`)
}

/** Skeleton of a name: its words in alphabetical order, so that `Li, Bo` is `Bo Li`. Empty when it has no letter. */
export function nameSkeleton(name: string): string {
  // Most names are ASCII, and its pattern is the cheaper one.
  const words = isAscii(name) ? name.split(notAsciiLetters) : name.split(notLetters)
  const shapes = words.filter((word) => word !== '').map(textSkeleton)
  return shapes.sort().join(' ')
}

function textSkeleton(text: string): string {
  const shape = isAscii(text) ? asciiShape(text) : unicodeShape(text)
  return shape.replace(pairPattern, (pair) => pairs[pair] ?? pair)
}

function asciiShape(text: string): string {
  let shape = ''
  for (let at = 0; at < text.length; at++) shape += asciiLooks[text.charCodeAt(at)] ?? ''
  return shape
}

function unicodeShape(text: string): string {
  let shape = ''
  for (const character of text.normalize('NFKD').replace(marks, '').toLowerCase())
    shape += looks.get(character) ?? character
  return shape
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}
