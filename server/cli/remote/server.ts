/** Which server elsewhere a command asks, and with which token. */
import { readFile } from 'node:fs/promises'
import type { Outcome } from '../outcome.ts'
import type { Place } from '../transport.ts'
import type { RemoteServer } from './connection.ts'

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

type Server = { readonly ok: true; readonly value: RemoteServer } | Extract<Outcome, { readonly ok: false }>

/** From `--remote`, `--token-file` and `--pin`; a token goes nowhere but over HTTPS or this machine's loopback. */
export async function serverOf({ remote = '', tokenFile, pin }: Omit<Place, 'data'>): Promise<Server> {
  const url = URL.canParse(remote) ? new URL(remote) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname))
  if (!url || !isSafe) return { ok: false, code: 'usage', why: '--remote is https://host:port' }
  if (tokenFile === undefined) return { ok: false, code: 'usage', why: '--remote needs --token-file' }
  const token = (await readFile(tokenFile, 'utf8').catch(() => '')).trim()
  if (!/^kith_[\w-]{40,100}$/.test(token)) return { ok: false, code: 'unavailable', why: `${tokenFile} holds no token` }
  return { ok: true, value: { url, token, ...(pin === undefined ? {} : { pin }) } }
}
