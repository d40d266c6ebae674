/**
 * Whether a change lets somebody from outside in: told from the lists as it finds and leaves them, whatever the change
 * was called. Pure. With four eyes this is what a second person has to see.
 */
import type { Entry } from '../../shared/whitelist/entry.ts'
import { entryFromText } from '../lists/changes.ts'

/** What a change does to one list, in canonical texts of entries. */
type ListStep = {
  /** Whether the list is a guest's: what comes into it, the guest may write to. */
  readonly isGuests: boolean
  /** Entries that go or change, as they were. */
  readonly before: readonly string[]
  /** Entries that come or change, as they will be. */
  readonly after: readonly string[]
}

/** An entry as the rule looks at it. */
type Look = {
  readonly entry: Entry
  /** Folded. */
  readonly address: string
  /** Somebody of the domain with no proof, time or direction of its own: among such nothing grows. */
  readonly isPlain: boolean
}

/** How many different texts are remembered at most: a list may have 100,000 entries of its own. */
const mostLooks = 20_000

/**
 * Tells of one step after the other whether it lets anybody of outside `domain` write to somebody here or be shown to
 * somebody, or makes a proof weaker. Thousands of lists have the same cards, so each text is read once.
 */
export function createReach(domain: string): (step: ListStep) => boolean {
  const looks = new Map<string, Look>()
  const suffix = `@${domain.toLowerCase()}`
  const lookOf = (text: string): Look => {
    const known = looks.get(text)
    if (known) return known
    if (looks.size >= mostLooks) looks.clear()
    const look = lookAt(entryFromText(text), suffix)
    looks.set(text, look)
    return look
  }
  const isPlain = (text: string) => lookOf(text).isPlain
  return ({ isGuests, before, after }) => {
    if (!isGuests && before.every(isPlain) && after.every(isPlain)) return false
    const entriesOf = (texts: readonly string[]) =>
      new Map(texts.map(lookOf).map(({ address, entry }) => [address, entry]))
    return grownIn(
      { before: entriesOf(before), after: entriesOf(after) },
      (entry) => isGuests || isOutside(entry, suffix),
    )
  }
}

function lookAt(entry: Entry, suffix: string): Look {
  const { a, o, x } = entry
  const isPlain = a === undefined && o === undefined && x === undefined && !isOutside(entry, suffix)
  return { entry, address: addressOf(entry), isPlain }
}

/** By folded address. */
type Entries = { readonly before: ReadonlyMap<string, Entry>; readonly after: ReadonlyMap<string, Entry> }

function grownIn({ before, after }: Entries, isReaching: (entry: Entry) => boolean): boolean {
  for (const [address, entry] of after) if (grows(before.get(address), entry, isReaching)) return true
  for (const entry of before.values()) if (isReopened(entry, { before, after }) && isReaching(entry)) return true
  return false
}

function addressOf({ m }: Entry): string {
  return m.toLowerCase()
}

function isOutside(entry: Entry, suffix: string): boolean {
  return entry.s === 'ext' || !addressOf(entry).endsWith(suffix)
}

function grows(before: Entry | undefined, after: Entry, isReaching: (entry: Entry) => boolean): boolean {
  if (after.o === 'n') return false
  if (!before || before.o === 'n') return isReaching(after)
  if (isWeaker(levelOf(before), levelOf(after))) return true
  const isMore = before.s !== after.s || addsDirection(before, after) || lasts(after) > lasts(before)
  return isMore && (isReaching(before) || isReaching(after))
}

function addsDirection({ o: before }: Entry, { o: after }: Entry): boolean {
  return before !== undefined && before !== after
}

function lasts({ x }: Entry): number {
  return x ?? Number.POSITIVE_INFINITY
}

/** As protocol.md 3.2 has it where nothing is said. */
function levelOf({ a, s }: Entry): string {
  return a ?? (s === 'int' ? 'login' : 'dmarc')
}

/** From the weakest. */
const ranks = ['dmarc', 'dkim', 'login', 'key']

/** Another domain or key of the same kind counts as weaker: nobody has looked at it. */
function isWeaker(before: string, after: string): boolean {
  const rank = (level: string) => ranks.indexOf(level.split(':', 1)[0] ?? '')
  return before !== after && rank(after) <= rank(before)
}

/** An address that was closed within an open domain, and is so no more while the domain stays open. */
function isReopened(entry: Entry, { before, after }: Entries): boolean {
  if (entry.o !== 'n' || after.has(addressOf(entry))) return false
  const domain = addressOf(entry).slice(addressOf(entry).lastIndexOf('@'))
  return !before.has(domain) || after.has(domain)
}
