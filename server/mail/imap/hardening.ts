/**
 * What the protocol library leaves open to a hostile client, closed here: a command such as `LOGIN NIL NIL` throws in
 * it and would end the process, before any login; literals are taken in without a limit on their sum, also before the
 * login; and a LIST pattern becomes a regular expression whose time is exponential.
 */
import { maxMessageBytes } from '../limits.ts'

/** A line, or a line that ends in a literal of `expecting` bytes. */
type Line = { readonly final: boolean; readonly expecting?: number }

type Hardened = {
  readonly state: string
  send(line: string): void
  close(force: boolean): void
}

type Take = (this: Hardened, line: Line, done?: (error?: Error) => void) => void

/** Octets of literals in one command: of a login's before it, of one message's after it. */
const maxLiteralsBefore = 4 * 1024
const maxLiteralsAfter = maxMessageBytes + 4 * 1024
/** Literals in one command: a mailbox, a message, a few search terms. */
const maxLiterals = 20

type Taken = { readonly count: number; readonly bytes: number }

/** Wraps the library's taking of a line: too much, or a failure, ends this connection and nothing else. */
export function hardenedTake(take: Take): Take {
  const taken = new WeakMap<Hardened, Taken>()
  return function (line, done) {
    const { count, bytes } = taken.get(this) ?? { count: 0, bytes: 0 }
    const now = line.final
      ? { count: 0, bytes: 0 }
      : { count: count + 1, bytes: bytes + Math.max(line.expecting ?? 0, 0) }
    taken.set(this, now)
    const limit = this.state === 'Not Authenticated' ? maxLiteralsBefore : maxLiteralsAfter
    if (now.count > maxLiterals || now.bytes > limit) return end(this, '* BYE Too much')
    try {
      take.call(this, line, done)
    } catch {
      end(this, '* BYE Not understood')
    }
  }
}

function end(connection: Hardened, farewell: string): void {
  connection.send(farewell)
  // One turn later, or the farewell would not leave.
  setImmediate(() => connection.close(true))
}

/** Characters of a pattern that can match: a path has at most 250. */
const maxPattern = 512

/** LIST's wildcards (RFC 3501 6.3.8), in time that is the product of the two lengths. */
export function matchFolders<F extends { readonly path: string }>(folders: readonly F[], query: string): readonly F[] {
  // Neighbouring wildcards mean one of them; merged, they cost nothing.
  const pattern = query.replace(/[*%]*\*[*%]*/g, '*').replace(/%+/g, '%')
  return pattern.length > maxPattern ? [] : folders.filter(({ path }) => matches(path, pattern))
}

function matches(path: string, pattern: string): boolean {
  // `reached[i]`: the pattern so far matches the first `i` characters.
  let reached: boolean[] = [true, ...Array.from({ length: path.length }, () => false)]
  for (const wanted of pattern.split('')) {
    const next: boolean[] = [wildcard(wanted) && reached[0] === true]
    for (let at = 0; at < path.length; at += 1) {
      const character = path[at]
      const stays =
        wildcard(wanted) && (reached[at + 1] === true || (next[at] === true && (wanted === '*' || character !== '/')))
      next.push(stays || (character === wanted && reached[at] === true))
    }
    reached = next
  }
  return reached[path.length] === true
}

function wildcard(character: string): boolean {
  return character === '*' || character === '%'
}
