/** For bench/imports.ts, run as a process: one line of JSON with what an import of so many contacts costs. */

import { readSource } from '../read-source.ts'
import { reconcile } from '../reconcile.ts'
import { type ImportSource, importSourceSchema } from '../source.ts'
import { prosody } from './prosody.ts'
import { slapd } from './slapd.ts'

const count = Number(process.argv[2] ?? '10000')
const address = (i: number) => `person.${i}@corp.example`

const directory = await slapd(
  Array.from({ length: count }, (_, i) => ({ uid: `p${i}`, mail: address(i), name: `Person ${i}` })),
)
const { host, tlsPort, base, bindDn } = directory
const bind = { dn: bindDn, password: { file: 'password' } }
const ldap = importSourceSchema.parse({ kind: 'ldap', name: 'hr', host, port: tlsPort, ca: 'ca.pem', base, bind })
const fromDirectory = await measure(ldap, directory.folder)
await directory.close()

const server = await prosody({
  me: Array.from({ length: count }, (_, i) => ({ jid: address(i), name: `Person ${i}`, subscription: 'both' })),
})
const account = {
  jid: `me@${server.domain}`,
  password: { file: 'password' },
  host: '127.0.0.1',
  port: server.plainPort,
}
const fromRoster = await measure(
  importSourceSchema.parse({ kind: 'xmpp', name: 'im', ca: 'ca.pem', ...account }),
  server.folder,
)
await server.close()
process.stdout.write(`${JSON.stringify({ count, fromDirectory, fromRoster })}\n`)

async function measure(source: ImportSource, folder: string) {
  const times: Record<string, number> = {}
  const clock = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now()
    const value = await work()
    times[name] = performance.now() - start
    return value
  }
  const result = await clock('read', () => readSource(source, { folder, env: {}, unicode: false }))
  if (!result.ok || result.value.contacts.length !== count) throw new Error(JSON.stringify(result).slice(0, 500))
  const existing = result.value.contacts.map((contact) => ({ ...contact, source: source.name }))
  await clock('first', () => reconcile([], result.value.contacts, { source: source.name }))
  await clock('again', () => reconcile(existing, result.value.contacts, { source: source.name }))
  return times
}
