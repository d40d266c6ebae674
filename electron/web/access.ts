/**
 * Who may speak to the web host. It listens on loopback, where every page of the browser and every program of the
 * machine can knock: so the name it is called by, the page that calls, and a session cookie are all checked.
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
 * they are; only opening the start page may come from elsewhere, and it shows nothing without the cookie.
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

/** Tokens, each good for one exchange, and the sessions they were exchanged for. Only hashes are kept. */
export type Sessions = {
  /** A new one-time token. */
  issue(): string
  /** The session's secret, once; undefined for a token that is unknown or was used. */
  exchange(token: string): string | undefined
  holds(secret: string | undefined): boolean
}

/** Makes the tokens and sessions of one host; `random` gives that many bytes. */
export function createSessions(random: (count: number) => Uint8Array): Sessions {
  const tokens = new Set<string>()
  const sessions = new Set<string>()
  const fresh = (kept: Set<string>) => {
    const secret = Buffer.from(random(tokenLength)).toString('base64url')
    kept.add(hash(secret))
    return secret
  }
  return {
    issue: () => fresh(tokens),
    exchange: (token) => (tokens.delete(hash(token)) ? fresh(sessions) : undefined),
    holds: (secret) => secret !== undefined && sessions.has(hash(secret)),
  }
}

/** Looking up a hash takes the same time for a near miss as for a far one. */
function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Cookies don't know ports: two web hosts on one machine need two names. */
function cookieName(port: number): string {
  return `kith-${port}`
}

/** The Set-Cookie header of a session: for this port's name, strict, out of reach of scripts. */
export function setCookie(port: number, secret: string): string {
  return `${cookieName(port)}=${secret}; Path=/; HttpOnly; SameSite=Strict`
}

/** The session's secret out of a Cookie header; `undefined` where it has none for this port. */
export function readCookie(header: string | undefined, port: number): string | undefined {
  const prefix = `${cookieName(port)}=`
  return header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix))
    ?.slice(prefix.length)
}
