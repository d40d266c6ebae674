/** Hello: the manifest, and a nonce that one login may use within a minute (protocol.md 5.2). */
import { operations, readFields, writeFields } from '../../shared/soap/operations.ts'
import { toBase64, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { helloLife, maxManifestSteps } from '../../shared/whitelist/limits.ts'
import { randomBytes } from '../ground/primitives.ts'
import { type Call, type CallAnswer, fault, type Service } from './service.ts'

/** Length of a nonce (protocol.md 5.2). */
const nonceBytes = 24

/**
 * Answers Hello. A client that names its manifest gets the versions after it, at most so many that it can check them
 * in turn; another gets the newest.
 */
export async function hello({ store, clock }: Service, { envelope }: Call): Promise<CallAnswer> {
  const request = readFields(operations.Hello.request, envelope.fields)
  if (!request) return fault('BadRequest')
  const now = clock.now()
  const sNon = toBase64(randomBytes(nonceBytes))
  await store.sessions.addNonce(sNon, now + helloLife)
  const newest = await store.journal.manifest()
  if (!newest) return fault('Internal')
  // In steps, not only the newest: a client takes version N + 1 after N and nothing else (protocol.md 3.1).
  const steps = request.man === undefined ? [] : await store.journal.manifestsAfter(request.man)
  const rows = steps.length > 0 ? steps.slice(0, maxManifestSteps) : [newest]
  return { ok: true, value: writeFields({ manifest: rows.map((row) => utf8(row.bytes)), sNon, now }) }
}
