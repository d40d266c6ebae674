/** Contacts from a file of vCards: 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), as telephones and mail programs write them. */
import { refusal } from '../../ground/refusals.ts'
import {
  type Draft,
  failedImport,
  gather,
  type ImportFault,
  type ImportResult,
  type LeftOut,
  maxImportBytes,
  maxImportContacts,
  toldOf,
} from '../contact.ts'
import { decodeBytes, decodeFile, unreadableWords } from '../file-text.ts'
import { fullName } from '../full-name.ts'
import { type VCard, cardsOf } from './cards.ts'
import { type ContentLine, isQuotedPrintable, splitValue, unescapeText } from './lines.ts'

type VCardOptions = { readonly unicode?: boolean; readonly encoding?: string | undefined }

/** Reads a file of vCards. Each card that cannot be taken is left out and told; so is each line that cannot be read. */
export function readVCards(bytes: Uint8Array, { unicode = false, encoding }: VCardOptions = {}): ImportResult {
  if (bytes.length > maxImportBytes) return failedImport(`the file has more than ${maxImportBytes} bytes`)
  const file = bytesOf(bytes, encoding)
  if (typeof file === 'string') return failedImport(file)
  const found = cardsOf(file.text)
  if (!found) return failedImport(`more than ${maxImportContacts} vCards`)
  if (found.cards.length === 0) return failedImport('the file has no vCard', found.warnings[0] ?? {})
  const drafts: Draft[] = []
  const left: LeftOut[] = []
  const warnings: ImportFault[] = [...found.warnings]
  for (const card of found.cards) {
    const draft = draftOf(card, file.encoding)
    if ('why' in draft) left.push(draft)
    else if (isGroup(card) && draft.addresses.length === 0)
      warnings.push({ line: card.line, why: `${draft.name} is a group, not a person: left out` })
    else drafts.push(draft)
    for (const { line, why, name } of card.unread)
      if (name !== 'EMAIL') warnings.push({ line, why: `${why}: the line is left out` })
  }
  const isCut = { why: 'the file ends within a vCard: more may be missing', line: found.cards.at(-1)?.line ?? 1 }
  return gather({ drafts, left: found.isCut ? [...left, isCut] : left, warnings }, unicode)
}

/** A byte in each character. Only UTF-16 is decoded as a whole: in all others ASCII stands for itself. */
function bytesOf(bytes: Uint8Array, encoding?: string): { readonly text: string; readonly encoding: string } | string {
  const [first, second] = bytes
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const named = encoding?.trim().toLowerCase() ?? 'utf-8'
  if (!isWide && !named.startsWith('utf-16')) {
    if (!decodeBytes(new Uint8Array(), named)) return `the encoding ${JSON.stringify(encoding)} is not known`
    return {
      text: Buffer.from(bytes)
        .toString('latin1')
        .replace(/^\u00ef\u00bb\u00bf/, ''),
      encoding: named,
    }
  }
  const text = decodeFile(bytes, encoding)
  return text.ok ? { text: Buffer.from(text.value.text).toString('latin1'), encoding: 'utf-8' } : text.why
}

/** Properties that make a contact: one of them that cannot be read makes the card one that cannot. */
const used: ReadonlySet<string> = new Set(['VERSION', 'UID', 'FN', 'N', 'ORG', 'NICKNAME', 'NOTE', 'CATEGORIES'])

function draftOf({ line, lines, unread, why }: VCard, encoding: string): Draft | LeftOut {
  const version = lines.find(({ name }) => name === 'VERSION')?.value.trim() ?? ''
  const decoded = new Map(lines.map((one) => [one, textOf(one, encoding)]))
  const raw = (one: ContentLine) => decoded.get(one)?.text ?? ''
  const of = (name: string) => lines.filter((one) => one.name === name)
  // A backslash means little in 2.1, and everything later.
  const plain = (text: string) => (version === '2.1' ? text.replace(/\\([;,\\])/g, '$1') : unescapeText(text))
  const text = (one: ContentLine | undefined) => (one ? plain(raw(one)).trim() : '')
  const bad = lines.find((one) => (used.has(one.name) || one.name === 'EMAIL') && decoded.get(one)?.isSound === false)
  const lost = unread.find(({ name }) => used.has(name))
  const uid = text(of('UID')[0])
  const addresses = [
    ...of('EMAIL')
      .toSorted((a, b) => rank(a) - rank(b))
      .map((one) => text(one).replace(/^mailto:/i, '')),
    ...unread.filter(({ name }) => name === 'EMAIL').map(({ value }) => value),
  ].filter((address) => address !== '')
  const name = nameOf(text(preferred(of('FN'))), structured(of('N')[0]), structured(of('ORG')[0]))
  function structured(one: ContentLine | undefined): readonly string[] {
    return one ? splitValue(raw(one), ';').map((part) => part.trim()) : []
  }
  const fault =
    why ??
    (bad ? `line ${bad.line}: ${unreadableWords} (--encoding)` : undefined) ??
    (lost ? `line ${lost.line}: ${lost.why}` : undefined) ??
    (['2.1', '3.0', '4.0'].includes(version) ? undefined : 'the vCard names no version that is read: 2.1, 3.0 or 4.0')
  if (fault !== undefined) {
    const owner =
      uid === '' || bad?.name === 'UID' ? { texts: [...addresses, name] } : { identity: uid, texts: addresses }
    return { line, ...toldOf(refusal('rowUnreadable', fault, fault)), ...owner }
  }
  return {
    ...(uid === '' ? {} : { externalId: uid }),
    addresses,
    name,
    nickname: splitValue(raw(preferred(of('NICKNAME')) ?? nothing), ',')[0] ?? '',
    remark: of('NOTE').map(text).join('\n'),
    groups: of('CATEGORIES').flatMap((one) => splitValue(raw(one), ',')),
    line,
  }
}

const nothing: ContentLine = { name: '', parameters: new Map(), value: '', line: 0 }

/** The value as its charset has it: what the line says, else what the file is in. */
function textOf(one: ContentLine, encoding: string) {
  const bytes = Buffer.from(isQuotedPrintable(one) ? unquoted(one.value) : one.value, 'latin1')
  return decodeBytes(bytes, one.parameters.get('CHARSET')?.[0] ?? encoding) ?? { text: '', isSound: false }
}

/** Quoted-printable (RFC 2045 section 6.7); a lone `=` stands for itself. */
function unquoted(value: string): string {
  return value.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function isGroup({ lines }: VCard): boolean {
  return lines.some(
    ({ name, value }) =>
      (name === 'KIND' || name === 'X-ADDRESSBOOKSERVER-KIND') && value.trim().toLowerCase() === 'group',
  )
}

/** Lowest PREF (RFC 6350 section 5.3), or TYPE=PREF (RFC 2426 section 3.3.2), else the first. */
function preferred(lines: readonly ContentLine[]): ContentLine | undefined {
  return lines.toSorted((a, b) => rank(a) - rank(b))[0]
}

function rank({ parameters }: ContentLine): number {
  const [pref = ''] = parameters.get('PREF') ?? []
  if (/^(100|[1-9][0-9]?)$/.test(pref)) return Number(pref)
  const types = (parameters.get('TYPE') ?? []).flatMap((type) => type.split(','))
  return types.some((type) => type.toUpperCase() === 'PREF') ? 1 : 101
}

/** FN; where it is empty, N: family, given, additional, prefix, suffix; of a company, which has neither, ORG. */
function nameOf(formatted: string, parts: readonly string[], [company = '']: readonly string[]): string {
  const [family, given, middle, prefix, suffix] = parts
  return formatted || fullName({ family, given, middle, prefix, suffix }) || company
}
