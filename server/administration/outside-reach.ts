/**
 * Whether a change lets somebody from outside in: told from the lists as it finds and leaves them, whatever the change
 * was called. Pure. With four eyes this is what a second person has to see.
 */
import type { Entry } from '../../shared/whitelist/entry.ts'
import { entryFromText } from '../lists/changes.ts'

/** What a change does to one list, in canonical texts of entries. */
type ListStep = {
  /** Whether the list is that of somebody with an address of outside: what comes into it, that one may write to. */
  readonly isGuests: boolean
  /** Entries that go or change, as they were. */
  readonly before: readonly string[]
  /** Entries that come or change, as they will be. */
  readonly after: readonly string[]
  /** Whole domains that the list may have (`@domain`): what an entry asked goes on as theirs, perhaps with less proof. */
  readonly open: ReadonlySet<string>
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
  return ({ isGuests, before, after, open }) => {
    if (!isGuests && before.every(isPlain) && after.every(isPlain)) return false
    const entriesOf = (texts: readonly string[]) =>
      new Map(texts.map(lookOf).map(({ address, entry }) => [address, entry]))
    return grownIn(
      { before: entriesOf(before), after: entriesOf(after), open },
      // Whoever has the key of an entry of inside, or signs for it, may be anybody: only a login is of inside itself.
      (entry) => isGuests || isOutside(entry, suffix) || levelOf(entry) !== 'login',
    )
  }
}

function lookAt(entry: Entry, suffix: string): Look {
  const { a, o, x } = entry
  const isPlain = a === undefined && o === undefined && x === undefined && !isOutside(entry, suffix)
  return { entry, address: addressOf(entry), isPlain }
}

/** By folded address. */
type Entries = {
  readonly before: ReadonlyMap<string, Entry>
  readonly after: ReadonlyMap<string, Entry>
  readonly open: ReadonlySet<string>
}

function grownIn(entries: Entries, isReaching: (entry: Entry) => boolean): boolean {
  const { before, after } = entries
  for (const [address, entry] of after) if (grows(before.get(address), entry, isReaching)) return true
  for (const entry of before.values()) if (isReopened(entry, entries) && isReaching(entry)) return true
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

/**
 * Who proves mail by the new level may be somebody that nobody has looked at: whoever signs for the pinned domain or has
 * the key. Only a login in place of a domain's signature is never weaker.
 */
function isWeaker(before: string, after: string): boolean {
  return before !== after && (after !== 'login' || before.startsWith('key:'))
}

/**
 * An address that was closed, or had a proof of its own, and has its domain's while the domain's entry stays. That entry
 * is among the texts only where it changes, so it is taken to be there unless it goes.
 */
function isReopened(entry: Entry, { before, after, open }: Entries): boolean {
  if (after.has(addressOf(entry))) return false
  const domain = domainOf(entry)
  // Several rules may open one domain, each with its own proof: where one goes, another comes into force.
  if (addressOf(entry) === domain) return open.has(domain)
  if (entry.o !== 'n' && !open.has(domain)) return false
  return !before.has(domain) || after.has(domain)
}

/** The entry's domain as lists have it: `@domain`. */
export function domainOf(entry: Entry): string {
  return addressOf(entry).slice(addressOf(entry).lastIndexOf('@'))
}
