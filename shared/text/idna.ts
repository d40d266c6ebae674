/** Internationalised domain names (RFC 5891, UTS #46): the only file that knows tr46. */
import { toASCII, toUnicode } from 'tr46'

/** The strictest processing that tr46 offers: every check of UTS #46 section 4 on, no deviation characters mapped. */
const strict = {
  checkBidi: true,
  checkHyphens: true,
  checkJoiners: true,
  transitionalProcessing: false,
  useSTD3ASCIIRules: true,
  verifyDNSLength: true,
} as const

/** Whether the lower-case `domain` is one that IDNA leaves as it is: to A-labels and back, or from A-labels and back. */
export function isSettledDomain(domain: string): boolean {
  const ascii = domainToAscii(domain)
  if (ascii === undefined) return false
  // There and back: a domain that comes back as another one would be two domains to two programs (A2).
  const unicode = toUnicode(ascii, strict)
  if (unicode.error) return false
  return ascii === domain || unicode.domain === domain
}

/** The domain in A-labels; undefined when IDNA does not allow it. */
export function domainToAscii(domain: string): string | undefined {
  return toASCII(domain, strict) ?? undefined
}

/** The domain in U-labels, for comparing looks; as given when IDNA does not allow it. */
export function domainToUnicode(domain: string): string {
  const unicode = toUnicode(domain, strict)
  return unicode.error ? domain : unicode.domain
}
