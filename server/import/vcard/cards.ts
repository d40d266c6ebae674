/** The cards of a vCard file, each for itself: what is wrong with one says nothing of the next. */
import { type ImportFault, maxImportContacts } from '../contact.ts'
import { type ContentLine, contentLines } from './lines.ts'

/** `unread`: lines that cannot be read. `why`: what is wrong with the card as a whole. */
export type VCard = {
  readonly line: number
  readonly lines: ContentLine[]
  readonly unread: { readonly line: number; readonly why: string; readonly name: string; readonly value: string }[]
  why?: string
}

/** `isCut`: the file ends within a card, so more of it may be missing. */
type Cards = { readonly cards: readonly VCard[]; readonly warnings: readonly ImportFault[]; readonly isCut: boolean }

/** Properties of one card. */
const maxProperties = 1_000

/** Undefined: there are too many. */
export function cardsOf(text: string): Cards | undefined {
  const cards: VCard[] = []
  const warnings: ImportFault[] = []
  let open: VCard | undefined
  /** Cards within a card, such as that of an assistant: not the people of this file. */
  let inner = 0
  for (const line of contentLines(text)) {
    const edge = 'why' in line ? undefined : edgeOf(line)
    if (inner > 0) inner += edge === 'BEGIN' ? 1 : edge === 'END' ? -1 : 0
    else if (edge === 'BEGIN') {
      if (open?.lines.at(-1)?.name === 'AGENT') inner = 1
      else {
        if (open) open.why = 'the vCard has no end'
        if (cards.length === maxImportContacts) return undefined
        open = { line: line.line, lines: [], unread: [] }
        cards.push(open)
      }
    } else if (!open) warnings.push({ line: line.line, why: 'the line stands outside a vCard: left out' })
    else if (edge === 'END') open = undefined
    else if ('why' in line) open.unread.push(line)
    else if (open.lines.length === maxProperties) open.why = `the vCard has more than ${maxProperties} lines`
    else open.lines.push(line)
  }
  if (open) open.why = 'the vCard has no end'
  return { cards, warnings, isCut: open !== undefined }
}

function edgeOf({ name, value }: ContentLine): 'BEGIN' | 'END' | undefined {
  return (name === 'BEGIN' || name === 'END') && value.trim().toUpperCase() === 'VCARD' ? name : undefined
}
