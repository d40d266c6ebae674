/**
 * Where LDAP's messages begin and end in what arrives (RFC 4511 section 5.1), without reading them. ldapts gathers a
 * message of any size, at a cost that grows with its square, and keeps what came before TLS for afterwards.
 */

type Framing = {
  /** Takes what arrived; says what is wrong with it. */
  readonly take: (bytes: Uint8Array) => string | undefined
  /** Whole messages so far, and whether another has begun. */
  readonly seen: () => { readonly messages: number; readonly isBetween: boolean }
}

/** Bytes of one message: an entry with the attributes that were asked for, or the end of a search. */
const maxMessage = 1024 * 1024
/** Bytes of one reading: 100,000 entries of 600. */
const maxTotal = 64 * 1024 * 1024
/** Tag, length of the length, and at most four bytes of it. */
const longestHead = 6

/**
 * Follows the bytes of one connection; `take` says why they must not be read on, `seen` whether they stand between
 * two messages.
 */
export function createFraming(): Framing {
  let head: number[] = []
  /** Bytes that are left of the message whose head was read. */
  let left = 0
  let messages = 0
  let total = 0
  return {
    seen: () => ({ messages, isBetween: head.length === 0 && left === 0 }),
    take(bytes) {
      total += bytes.length
      if (total > maxTotal) return 'its answer is too large'
      for (let at = 0; at < bytes.length;) {
        if (left > 0) {
          const taken = Math.min(left, bytes.length - at)
          left -= taken
          at += taken
        } else {
          head.push(bytes[at++] ?? 0)
          const length = lengthOf(head)
          if (length === 'wrong' || (typeof length === 'number' && length > maxMessage))
            return 'its answer makes no sense'
          if (length === 'more') continue
          left = length
          head = []
        }
        if (left === 0 && head.length === 0) messages += 1
      }
      return undefined
    },
  }
}

/** The length that a head tells (X.690 section 8.1.3), once it is there. */
function lengthOf([tag, first, ...rest]: readonly number[]): number | 'more' | 'wrong' {
  if (tag !== 0x30) return 'wrong'
  if (first === undefined) return 'more'
  if (first < 0x80) return first
  const count = first - 0x80
  if (count === 0 || count > longestHead - 2) return 'wrong'
  return rest.length < count ? 'more' : rest.reduce((sum, byte) => sum * 256 + byte, 0)
}
