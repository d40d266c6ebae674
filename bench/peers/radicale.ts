/** CardDAV among the peers: Debian's Radicale, asked by sync-collection with the cards in the answer: one round trip. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import path from 'node:path'
import { stop } from '../../scripts/lib/processes.ts'
import { freePort, openDaemon } from './daemon.ts'
import type { Peer, Person, Place } from './peer.ts'
import { openTunnel } from './tunnel.ts'

const password = 'book-Pw-3308'
const book = '/me/book/'

/** Starts Radicale with a card for each of these people, behind the tunnel. */
export async function openRadicale({ folder, cert, key }: Place, people: readonly Person[]): Promise<Peer> {
  const port = await freePort()
  mkdirSync(folder, { recursive: true })
  const files = (name: string) => path.join(folder, name)
  writeFileSync(files('users'), `me:${password}\n`)
  writeFileSync(files('config'), configuration({ folder, cert, key }, port))
  const daemon = await openDaemon('radicale', ['--config', files('config')], port)
  const tunnel = await openTunnel(port)
  const ca = readFileSync(cert, 'utf8')
  const other = { port, agent: new Agent({ keepAlive: true, ca }) }
  await ask(other, { method: 'PUT', path: book, type: 'text/vcard', body: people.map(card).join('') })
  const hrefs = await hrefsOf(other, people)
  const rename = (round: number) => {
    const person = people[round]
    if (!person) throw new Error('there are not so many people')
    const body = card({ ...person, name: `Changed ${round}` })
    return ask(other, { method: 'PUT', path: hrefs[round] ?? '', type: 'text/vcard', body })
  }
  let token = ''
  let agent = new Agent({ keepAlive: true, ca })
  const sync = async (known: string) => {
    const answer = await ask(
      { port: tunnel.port, agent },
      { method: 'REPORT', path: book, type: 'text/xml', body: syncOf(known) },
    )
    token = /<sync-token>([^<]*)<\/sync-token>/.exec(answer)?.[1] ?? ''
  }
  const anew = async (known: string) => {
    agent.destroy()
    agent = new Agent({ keepAlive: true, ca })
    await sync(known)
  }
  return {
    tunnel,
    first: () => anew(''),
    settle: async () => undefined,
    // Nothing is pushed: as if the client asked the moment after. Real ones ask every some minutes.
    async changed(round) {
      await rename(round)
      await sync(token)
    },
    changeAlone: async (round) => void (await rename(round)),
    back: () => anew(token),
    async close() {
      other.agent.destroy()
      agent.destroy()
      await stop(daemon)
    },
  }
}

type At = { readonly port: number; readonly agent: Agent }
type Question = { readonly method: string; readonly path: string; readonly type: string; readonly body: string }

function ask({ port, agent }: At, { method, path: where, type, body }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    const authorization = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`
    const headers = { authorization, 'content-type': type, 'content-length': Buffer.byteLength(body) }
    const call = request({ host: '127.0.0.1', port, agent, method, path: where, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('error', reject)
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        if ((answer.statusCode ?? 500) < 300) resolve(text)
        else reject(new Error(`Radicale answers ${answer.statusCode}: ${text.slice(0, 200)}`))
      })
    })
    call.once('error', reject)
    call.end(body)
  })
}

/** Radicale names the cards of a whole book itself. */
async function hrefsOf(at: At, people: readonly Person[]): Promise<readonly string[]> {
  const answer = await ask(at, { method: 'REPORT', path: book, type: 'text/xml', body: syncOf('') })
  const byAddress = new Map<string, string>()
  for (const [, href = '', address = ''] of answer.matchAll(/<href>([^<]*\.vcf)<\/href>.*?EMAIL:([^\s&]+)/gs))
    byAddress.set(address, href)
  return people.map(({ address }) => byAddress.get(address) ?? '')
}

function syncOf(token: string): string {
  const wanted = '<prop><getetag/><C:address-data/></prop>'
  return `<?xml version="1.0"?><sync-collection xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><sync-token>${token}</sync-token><sync-level>1</sync-level>${wanted}</sync-collection>`
}

function card({ address, name, group }: Person): string {
  const lines = ['BEGIN:VCARD', 'VERSION:3.0', `UID:${address}`, `FN:${name}`, `N:;${name};;;`, `EMAIL:${address}`]
  return `${[...lines, `CATEGORIES:${group}`, 'END:VCARD'].join('\r\n')}\r\n`
}

function configuration({ folder, cert, key }: Place, port: number): string {
  return `[server]
hosts = 127.0.0.1:${port}
ssl = True
certificate = ${cert}
key = ${key}
[auth]
type = htpasswd
htpasswd_filename = ${folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = ${folder}/collections
[logging]
level = critical
`
}
