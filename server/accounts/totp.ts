/** Time-based codes (RFC 6238) as every authenticator app makes them: SHA-1, six digits, thirty seconds. */
import { Secret, TOTP } from 'otpauth'

const period = 30
const settings = { algorithm: 'SHA1', digits: 6, period } as const
/** Steps that the two clocks may be apart, in either direction (RFC 6238 5.2). */
const drift = 1
/** As long as the hash (RFC 4226 4, R6). */
const secretBytes = 20

/** A new secret in base32 (RFC 4648 6), 160 bits. */
export function newTotpSecret(): string {
  return new Secret({ size: secretBytes }).base32
}

/** The time step (since 1970, of thirty seconds) whose code this is, among those that are accepted at `now` (milliseconds). */
export function stepOfCode(secret: string, typed: string, now: number): number | undefined {
  const token = typed.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const key = Secret.fromBase32(secret)
  const apart = TOTP.validate({ ...settings, token, secret: key, timestamp: now, window: drift })
  return apart === null ? undefined : TOTP.counter({ period, timestamp: now }) + apart
}

/** What the QR code says (the key URI format of authenticator apps); the library's own names what is the default anyway. */
export function totpUri(secret: string, issuer: string, user: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(user)}`
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`
}
