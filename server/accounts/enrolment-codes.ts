/** Makes enrolment codes (protocol.md 5.1): the root's fingerprint, the certificate's pin, and a secret that works once. */
import { toBase64, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import type { Enrolment } from '../../shared/whitelist/enrolment.ts'
import { decodeManifest, rootFingerprint } from '../../shared/whitelist/manifest.ts'
import { hashOf } from '../ground/hash.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import { certificateHash } from '../keys/certificate.ts'
import type { Context } from '../settings/context.ts'

/** 128 bits (protocol.md 5.1). */
const secretBytes = 16

/** A code that only introduces the server. Without `cert` the server's certificate must be one that the client trusts anyway. */
export async function introduction(
  context: Pick<Context, 'store' | 'config'>,
  url: string,
  cert?: string,
): Promise<Enrolment> {
  const row = await context.store.journal.manifest()
  const manifest = row && decodeManifest(utf8(row.bytes))
  if (!manifest) throw new Error('the stored manifest is damaged')
  const root = rootFingerprint(primitives, manifest.m)
  const { org, tls } = context.config
  const isPinned = cert !== undefined && tls?.pinned !== false
  return { org, url, root, ...(isPinned ? { tls: certificateHash(cert) } : {}) }
}

/** A secret for one device of one user; only its hash is kept. */
export async function createEnrolmentSecret(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  user: string,
  lifeMs: number,
): Promise<string> {
  const secret = toBase64(randomBytes(secretBytes))
  await store.access.addEnrolment({ hash: hashOf(secret), user, exp: clock.now() + lifeMs, device: '' })
  return secret
}
