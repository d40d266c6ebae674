/** XMPP among the peers: Debian's Prosody, and a client that reads no more of its XML than it must. */
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { stop } from '../../scripts/lib/processes.ts'
import { freePort, openDaemon } from './daemon.ts'
import type { Peer, Person, Place } from './peer.ts'
import { openTunnel } from './tunnel.ts'

const domain = 'corp.test'
const password = 'roster-Pw-5510'

/** Starts Prosody with these people in one account's roster, behind the tunnel. */
export async function openProsody({ folder, cert, key }: Place, people: readonly Person[]): Promise<Peer> {
  const port = await freePort()
  const store = path.join(folder, 'data/corp%2etest')
  for (const kind of ['accounts', 'roster']) mkdirSync(path.join(store, kind), { recursive: true })
  writeFileSync(path.join(store, 'accounts/me.dat'), `return { ["password"] = "${password}"; };`)
  writeFileSync(path.join(store, 'roster/me.dat'), rosterText(people))
  const config = path.join(folder, 'prosody.cfg.lua')
  writeFileSync(config, configuration({ folder, cert, key }, port))
  const daemon = await openDaemon('prosody', ['-F', '--config', config], port)
  const tunnel = await openTunnel(port)
  const ca = readFileSync(cert, 'utf8')
  const other = await signIn(port, ca, 'other')
  const rename = (round: number) => {
    const item = `<item jid='${people[round]?.address}' name='Changed ${round}'/>`
    other.say(`<iq type='set' id='set'><query xmlns='jabber:iq:roster'>${item}</query></iq>`)
    return other.until("id='set'")
  }
  let version = ''
  let client = other
  const fetchFrom = async (known: string) => {
    client = await signIn(tunnel.port, ca, 'client')
    client.say(`<iq type='get' id='get'><query xmlns='jabber:iq:roster' ver='${known}'/></iq>`)
    // Empty where nothing changed: `/>`.
    const answer = await client.until('</iq>')
    version = /<query [^>]*ver='([^']*)'/.exec(answer)?.[1] ?? version
  }
  return {
    tunnel,
    first: () => fetchFrom(''),
    settle: async () => undefined,
    async changed(round) {
      const pushed = client.until('</query></iq>')
      const set = rename(round)
      const id = / id='([^']*)'/.exec(await pushed)?.[1] ?? ''
      client.say(`<iq type='result' id='${id}'/>`)
      await set
    },
    changeAlone: async (round) => void (await rename(round)),
    back: () => fetchFrom(version),
    async close() {
      other.socket.destroy()
      client.socket.destroy()
      await stop(daemon)
    },
  }
}

type Stream = {
  readonly socket: TLSSocket
  readonly say: (xml: string) => void
  /** All that came up to this text, which must not have been asked for yet. */
  readonly until: (text: string) => Promise<string>
}

async function signIn(port: number, ca: string, resource: string): Promise<Stream> {
  // The certificate is the one that is trusted; Prosody only answers to its own domain's name.
  const socket = connect({ host: '127.0.0.1', port, ca, servername: domain, checkServerIdentity: () => undefined })
  await once(socket, 'secureConnect')
  const stream = streamOn(socket)
  const open = `<stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
  stream.say(open)
  await stream.until('</stream:features>')
  const login = Buffer.from(`\0me\0${password}`).toString('base64')
  stream.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${login}</auth>`)
  await stream.until('<success')
  stream.say(open)
  await stream.until('</stream:features>')
  const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind>`
  stream.say(`<iq type='set' id='bind'>${bind}</iq>`)
  await stream.until('</iq>')
  return stream
}

function streamOn(socket: TLSSocket): Stream {
  let kept = ''
  let wanted: { readonly text: string; readonly resolve: (text: string) => void } | undefined
  const look = (from: number) => {
    const at = wanted ? kept.indexOf(wanted.text, Math.max(0, from)) : -1
    if (!wanted || at < 0) return
    const { text, resolve } = wanted
    wanted = undefined
    const found = kept.slice(0, at + text.length)
    kept = kept.slice(at + text.length)
    resolve(found)
  }
  socket.setEncoding('utf8')
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: string) => {
    const from = kept.length - (wanted?.text.length ?? 0)
    kept += chunk
    look(from)
  })
  return {
    socket,
    say: (xml) => void socket.write(xml),
    until: (text) =>
      new Promise((resolve) => {
        wanted = { text, resolve }
        look(0)
      }),
  }
}

function configuration({ folder, cert, key }: Place, port: number): string {
  return `run_as_root = true
pidfile = "${folder}/pid"
data_path = "${folder}/data"
interfaces = { "127.0.0.1" }
modules_enabled = { "roster", "saslauth", "tls" }
modules_disabled = { "s2s" }
c2s_ports = { }
c2s_direct_tls_ports = { ${port} }
c2s_require_encryption = true
authentication = "internal_plain"
log = { { levels = { min = "error" }, to = "console" } }
ssl = { certificate = "${cert}", key = "${key}" }
VirtualHost "${domain}"
`
}

function rosterText(people: readonly Person[]): string {
  const row = ({ address, name, group }: Person) =>
    `["${address}"] = { name = "${name}"; subscription = "both"; groups = { ["${group}"] = true } }`
  return `return { ${[...people.map(row), '[false] = { version = 1; pending = {} }'].join(';\n')} };`
}
