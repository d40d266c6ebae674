/** For tests: Debian's Prosody as a private, throw-away instance on loopback, with accounts and rosters. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { selfSigned } from '../../keys/certificate.ts'
import { freePort, startDaemon, temporaryFolder } from './ports.ts'

type ListedItem = {
  readonly jid: string
  readonly name?: string
  readonly subscription: 'none' | 'to' | 'from' | 'both'
  readonly groups?: readonly string[]
}

export type Prosody = {
  readonly domain: string
  readonly plainPort: number
  readonly tlsPort: number
  /** Folder with `ca.pem` and `password`. */
  readonly folder: string
  close(): Promise<void>
  /** Ends the server only; its folder stays. */
  stop(): Promise<void>
}

export const xmppPassword = 'roster test, pass=word ünï'
const domain = 'corp.example'

/** `rosters`: what each account lists, by its local part. */
export async function prosody(rosters: Readonly<Record<string, readonly ListedItem[]>>): Promise<Prosody> {
  const folder = temporaryFolder('prosody')
  const files = (name: string) => join(folder.path, name)
  const [plainPort, tlsPort] = [await freePort(), await freePort()]
  const { cert, key } = selfSigned([domain], Date.now())
  writeFileSync(files('ca.pem'), cert)
  writeFileSync(files('key.pem'), key, { mode: 0o600 })
  writeFileSync(files('password'), `${xmppPassword}\n`, { mode: 0o600 })
  writeFileSync(files('prosody.cfg.lua'), configuration(folder.path, { plainPort, tlsPort }), { mode: 0o600 })
  const store = files('data/corp%2eexample')
  for (const kind of ['accounts', 'roster']) mkdirSync(join(store, kind), { recursive: true })
  for (const [user, items] of Object.entries(rosters)) {
    writeFileSync(join(store, 'accounts', `${user}.dat`), `return { ["password"] = ${lua(xmppPassword)}; };`)
    writeFileSync(join(store, 'roster', `${user}.dat`), rosterText(items))
  }
  const daemon = await startDaemon('prosody', ['-F', '--config', files('prosody.cfg.lua')], tlsPort)
  return {
    domain,
    plainPort,
    tlsPort,
    folder: folder.path,
    stop: () => daemon.stop(),
    async close() {
      await daemon.stop()
      folder.remove()
    },
  }
}

type Ports = { readonly plainPort: number; readonly tlsPort: number }

/** `internal_plain` still offers SCRAM, and its accounts can be written as files. */
function configuration(folder: string, { plainPort, tlsPort }: Ports): string {
  return `run_as_root = true
pidfile = "${folder}/pid"
data_path = "${folder}/data"
interfaces = { "127.0.0.1" }
modules_enabled = { "roster", "saslauth", "tls", "ping" }
modules_disabled = { "s2s" }
c2s_ports = { ${plainPort} }
c2s_direct_tls_ports = { ${tlsPort} }
c2s_require_encryption = true
authentication = "internal_plain"
log = { { levels = { min = "error" }, to = "console" } }
ssl = { certificate = "${folder}/ca.pem", key = "${folder}/key.pem" }
VirtualHost "${domain}"
`
}

function rosterText(items: readonly ListedItem[]): string {
  const rows = items.map(({ jid, name, subscription, groups = [] }) => {
    const named = name === undefined ? '' : `name = ${lua(name)}; `
    const set = groups.map((group) => `[${lua(group)}] = true`).join('; ')
    return `[${lua(jid)}] = { ${named}subscription = "${subscription}"; groups = { ${set} } }`
  })
  return `return { ${[...rows, '[false] = { version = 1; pending = {} }'].join(';\n')} };`
}

/** A string of Lua, byte by byte. */
function lua(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => `\\${byte.toString().padStart(3, '0')}`)
  return `"${bytes.join('')}"`
}
