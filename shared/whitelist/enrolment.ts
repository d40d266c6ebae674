/** The enrolment code: what pins an organisation's root before the first contact (protocol.md section 5.1). */
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from './bytes/canonical.ts'
import { fromBase64Url, toBase64Url } from './bytes/encoding.ts'
import { base64, hash, name } from './bytes/schemas.ts'

/** What an enrolment code holds (protocol.md section 5.1); its text form is `formatEnrolment`'s. */
export const enrolmentSchema = z.strictObject({
  org: name,
  /** The server: https, or http on this very machine. */
  url: z
    .string()
    .max(500)
    .regex(/^(https:\/\/[^\s/@\\?#]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?)(\/[^\s?#]*)?$/),
  /** `rootFingerprint`, hex. */
  root: hash,
  /** One-time secret, 16 bytes in base64; absent in a code that only introduces the server. */
  secret: base64(16).exactOptional(),
  /** SHA-256 of the server's certificate (DER), lower-case hex: trusted without an authority. */
  tls: hash.exactOptional(),
})
/** What a code says: the organisation, where its server is, and what proves it. */
export type Enrolment = Readonly<z.infer<typeof enrolmentSchema>>

/** What every code starts with. */
export const enrolmentPrefix = 'kith1:'

/** The code as text, for a QR picture or to paste. */
export function formatEnrolment(enrolment: Enrolment): string {
  return enrolmentPrefix + toBase64Url(encodeCanonical(enrolmentSchema.parse(enrolment)))
}

/** Reads a code; white space around it and within it (a mail program's line breaks) does not count. */
export function parseEnrolment(text: string): Enrolment | undefined {
  const code = text.replace(/\s+/g, '')
  if (code.length > 4_000 || !code.startsWith(enrolmentPrefix)) return undefined
  const bytes = fromBase64Url(code.slice(enrolmentPrefix.length))
  const parsed = bytes && enrolmentSchema.safeParse(decodeCanonical(bytes))
  return parsed?.success ? parsed.data : undefined
}
