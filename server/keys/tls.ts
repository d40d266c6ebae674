/** The certificate and key that the server shows: its own self-signed ones, or those that the settings name. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Done } from '../ground/refusals.ts'
import type { Context } from '../settings/context.ts'
import { faultOfTls, type TlsFiles } from './certificate.ts'

/** Reads both; `why` names the file that is missing or cannot be used, such as a certificate that has ended. */
export async function readTls({
  folder,
  config,
  clock,
}: Pick<Context, 'folder' | 'config' | 'clock'>): Promise<Done<TlsFiles>> {
  const files = config.tls
    ? { cert: resolve(folder.path, config.tls.cert), key: resolve(folder.path, config.tls.key) }
    : { cert: join(folder.tls, 'cert.pem'), key: join(folder.tls, 'key.pem') }
  const [cert, key] = await Promise.all([read(files.cert), read(files.key)])
  if (cert === undefined || key === undefined) {
    return { ok: false, why: `cannot read ${cert === undefined ? files.cert : files.key}` }
  }
  const fault = faultOfTls({ cert, key }, clock.now())
  return fault === undefined ? { ok: true, value: { cert, key } } : { ok: false, why: `${files.cert}: ${fault}` }
}

function read(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}
