/** Which server elsewhere a command asks, and with which token. */
import { readFile } from 'node:fs/promises'
import type { Checked } from '../../../shared/failures.ts'
import { misused, type Outcome, unavailable } from '../outcome.ts'
import type { Place } from '../transport.ts'
import type { RemoteServer } from './connection.ts'

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** From `--remote`, `--token-file` and `--pin`; a token goes nowhere but over HTTPS or this machine's loopback. */
export async function serverOf({
  remote = '',
  tokenFile,
  pin,
}: Omit<Place, 'data'>): Promise<Checked<RemoteServer, Outcome>> {
  const url = URL.canParse(remote) ? new URL(remote) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname))
  if (!url || !isSafe) return { ok: false, fault: misused('--remote is https://host:port') }
  if (tokenFile === undefined) return { ok: false, fault: misused('--remote needs --token-file') }
  const token = (await readFile(tokenFile, 'utf8').catch(() => '')).trim()
  // A wrong file must not be sent to a server as if it were a token.
  if (!/^kith_[\w-]{40,100}$/.test(token)) return { ok: false, fault: unavailable(`${tokenFile} holds no token`) }
  return { ok: true, value: { url, token, ...(pin === undefined ? {} : { pin }) } }
}
