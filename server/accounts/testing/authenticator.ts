/** What an authenticator app does, for tests. */
import { Secret, TOTP } from 'otpauth'

/** The code of a moment (milliseconds) for a secret in base32. */
export function codeAt(secret: string, now: number): string {
  return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: now })
}
