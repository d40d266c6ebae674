/**
 * Whether a change lets somebody from outside in: told from the lists as it finds and leaves them, whatever the change
 * was called. Pure. With four eyes this is what a second person has to see.
 */
import type { Entry } from '../../shared/whitelist/entry.ts'

/** What a change does to one list. */
type ListStep = {
  /** Whether the list is a guest's: what comes into it, the guest may write to. */
  readonly isGuests: boolean
  /** Entries that go or change, as they were. */
  readonly before: readonly Entry[]
  /** Entries that come or change, as they will be. */
  readonly after: readonly Entry[]
}

/**
 * True where anybody of outside `domain` becomes able to write to somebody here or is shown to somebody, and where a
 * proof gets weaker.
 */
export function reachesOutside(steps: readonly ListStep[], domain: string): boolean {
  return steps.some((step) => {
    const before = new Map(step.before.map((entry) => [addressOf(entry), entry]))
    const after = new Map(step.after.map((entry) => [addressOf(entry), entry]))
    const isReaching = (entry: Entry) => step.isGuests || isOutside(entry, domain)
    return (
      step.after.some((entry) => grows(before.get(addressOf(entry)), entry, isReaching)) ||
      step.before.some((entry) => isReopened(entry, { before, after }) && isReaching(entry))
    )
  })
}

function addressOf({ m }: Entry): string {
  return m.toLowerCase()
}

function isOutside(entry: Entry, domain: string): boolean {
  return entry.s === 'ext' || !addressOf(entry).endsWith(`@${domain.toLowerCase()}`)
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

type Entries = { readonly before: ReadonlyMap<string, Entry>; readonly after: ReadonlyMap<string, Entry> }

/** An address that was closed within an open domain, and is so no more while the domain stays open. */
function isReopened(entry: Entry, { before, after }: Entries): boolean {
  if (entry.o !== 'n' || after.has(addressOf(entry))) return false
  const domain = addressOf(entry).slice(addressOf(entry).lastIndexOf('@'))
  return !before.has(domain) || after.has(domain)
}
