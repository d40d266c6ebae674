/** What an authenticator app does with the secret that it was shown (RFC 6238). */
import { Secret, TOTP } from 'otpauth'

/** The six digits that the app shows at `now` (milliseconds); spaces in the secret are for the eye. */
export function codeOf(secret: string, now = Date.now()): string {
  return TOTP.generate({ secret: Secret.fromBase32(secret.replace(/\s/g, '')), timestamp: now })
}
