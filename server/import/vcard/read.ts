/** Contacts from a file of vCards 3.0 and 4.0 (RFC 2426, RFC 6350). */
import { fromUtf8 } from '../../../shared/whitelist/bytes/encoding.ts'
import {
  type Draft,
  failedImport,
  gather,
  type ImportFault,
  type ImportResult,
  maxImportBytes,
  maxImportContacts,
} from '../contact.ts'
import { type ContentLine, contentLines, splitValue, unescapeText } from './lines.ts'

type Card = { readonly line: number; readonly lines: ContentLine[] }

/** Properties of one card. */
const maxProperties = 1_000
const older = 'vCard 2.1 is not read: export the file as vCard 3.0 or 4.0'

/**
 * Reads a file of vCards. One wrong card, and nothing is taken; a card without an address is left out with a warning.
 */
export function readVCards(bytes: Uint8Array, { unicode = false } = {}): ImportResult {
  if (bytes.length > maxImportBytes) return failedImport(`the file has more than ${maxImportBytes} bytes`)
  const text = fromUtf8(bytes)?.replace(/^\ufeff/, '')
  if (text === undefined) return failedImport('the file is not UTF-8: export it as vCard 3.0 or 4.0')
  const cards = cardsOf(text)
  if ('why' in cards) return { ok: false, faults: [cards] }
  if (cards.length === 0) return failedImport('the file has no vCard')
  const drafts: Draft[] = []
  const faults: ImportFault[] = []
  const warnings: ImportFault[] = []
  for (const card of cards) {
    const draft = draftOf(card)
    if (typeof draft === 'string') faults.push({ line: card.line, why: draft })
    else if (draft.address === '')
      warnings.push({ line: card.line, why: `${draft.name} has no mail address: left out` })
    else drafts.push(draft)
  }
  return gather({ drafts, faults, warnings }, unicode)
}

function cardsOf(text: string): readonly Card[] | ImportFault {
  const cards: Card[] = []
  let open: Card | undefined
  for (const line of contentLines(text)) {
    if ('why' in line) return line
    const edge = line.name === 'BEGIN' || line.name === 'END'
    const isCard = line.value.trim().toUpperCase() === 'VCARD'
    if (edge && (!isCard || (line.name === 'BEGIN') === (open !== undefined)))
      return { line: line.line, why: `${line.name}:${line.value.slice(0, 20)} has no place here` }
    if (line.name === 'BEGIN') {
      if (cards.length === maxImportContacts) return { line: line.line, why: `more than ${maxImportContacts} vCards` }
      open = { line: line.line, lines: [] }
    } else if (!open) return { line: line.line, why: 'the line stands outside a vCard' }
    else if (line.name === 'END') {
      cards.push(open)
      open = undefined
    } else if (open.lines.push(line) > maxProperties)
      return { line: line.line, why: `the vCard has more than ${maxProperties} lines` }
  }
  return open ? { line: open.line, why: 'the vCard has no end' } : cards
}

function draftOf({ line, lines }: Card): Draft | string {
  const version = lines.find(({ name }) => name === 'VERSION')?.value.trim()
  // Its quoted-printable and character sets are a format of their own; guessing would put wrong names into lists.
  if (version === '2.1' || lines.some(isQuotedPrintable)) return older
  if (version !== '3.0' && version !== '4.0') return 'the vCard names no version that is read: 3.0 or 4.0'
  const texts = (name: string) => lines.filter((one) => one.name === name)
  const address = preferred(texts('EMAIL'))?.value
  const uid = texts('UID')[0]?.value.trim()
  return {
    ...(uid ? { externalId: uid } : {}),
    address:
      address === undefined
        ? ''
        : unescapeText(address)
            .trim()
            .replace(/^mailto:/i, ''),
    name: nameOf(preferred(texts('FN'))?.value, texts('N')[0]?.value),
    nickname: splitValue(preferred(texts('NICKNAME'))?.value ?? '', ',')[0] ?? '',
    remark: texts('NOTE')
      .map(({ value }) => unescapeText(value))
      .join('\n'),
    groups: texts('CATEGORIES').flatMap(({ value }) => splitValue(value, ',')),
    line,
  }
}

function isQuotedPrintable({ parameters }: ContentLine): boolean {
  const values = [...(parameters.get('ENCODING') ?? []), ...(parameters.get('TYPE') ?? [])]
  return values.some((value) => value.toUpperCase() === 'QUOTED-PRINTABLE')
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

/** FN; where it is empty, N: family, given, additional, prefix, suffix. Han names have the family first and no blank. */
function nameOf(formatted: string | undefined, structured: string | undefined): string {
  const name = unescapeText(formatted ?? '').trim()
  if (name !== '') return name
  const [family = '', given = '', additional = '', prefix = '', suffix = ''] = splitValue(structured ?? '', ';')
  if (/^\p{Script=Han}+$/u.test(family + given)) return family + given
  return [prefix, given, additional, family, suffix].filter((part) => part !== '').join(' ')
}
