/**
 * Who may speak to the web host. It listens on loopback, where every page of the browser and every program of the
 * machine can knock: so the name it is called by, the page that calls, and a pass are all checked. The pass travels in a
 * header that our page alone sets: a cookie would go to every port of 127.0.0.1, where other users of the machine listen.
 */
import { createHash } from 'node:crypto'

/** What a request says about itself; header values as received, undefined when absent. */
type RequestFacts = {
  readonly method: string
  readonly pathname: string
  readonly host: string | undefined
  readonly origin: string | undefined
  /** `Sec-Fetch-Site`, which a page can't forge. */
  readonly site: string | undefined
}

type AccessVerdict = 'allowed' | 'wrongHost' | 'wrongOrigin'

/**
 * `wrongHost` stops DNS rebinding: a foreign name that points to 127.0.0.1. `wrongOrigin` stops other pages, whatever
 * they are; only opening the start page may come from elsewhere, and it shows nothing without a pass.
 */
export function judgeRequest(
  facts: RequestFacts,
  own: { readonly host: string; readonly origin: string },
): AccessVerdict {
  if (facts.host !== own.host) return 'wrongHost'
  if (facts.origin !== undefined && facts.origin !== own.origin) return 'wrongOrigin'
  if (facts.method !== 'GET' && facts.origin === undefined) return 'wrongOrigin'
  const opening = facts.method === 'GET' && facts.pathname === '/'
  const foreign = facts.site !== undefined && facts.site !== 'same-origin' && facts.site !== 'none'
  return foreign && !opening ? 'wrongOrigin' : 'allowed'
}

/** Bytes of a token: too many to guess. */
const tokenLength = 32

/** Tokens, each good for one exchange, and the passes they were exchanged for. Only hashes are kept. */
export type Passes = {
  /** A new one-time token. */
  issue(): string
  /** A pass, once; undefined for a token that is unknown or was used. */
  exchange(token: string): string | undefined
  holds(pass: string | undefined): boolean
}

/** Makes the tokens and passes of one host; `random` gives that many bytes. */
export function createPasses(random: (count: number) => Uint8Array): Passes {
  const tokens = new Set<string>()
  const passes = new Set<string>()
  const fresh = (kept: Set<string>) => {
    const secret = Buffer.from(random(tokenLength)).toString('base64url')
    kept.add(hash(secret))
    return secret
  }
  return {
    issue: () => fresh(tokens),
    exchange: (token) => (tokens.delete(hash(token)) ? fresh(passes) : undefined),
    holds: (pass) => pass !== undefined && passes.has(hash(pass)),
  }
}

/** Looking up a hash takes the same time for a near miss as for a far one. */
function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** The secret of an `Authorization: Bearer` header; undefined where there is none. */
export function readPass(header: string | undefined): string | undefined {
  return /^Bearer ([\w-]{1,200})$/.exec(header ?? '')?.[1]
}
