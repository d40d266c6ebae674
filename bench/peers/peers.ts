/**
 * One list of 10,000 entries and one change of it, beside what people use today: a roster of XMPP (Prosody) and an address
 * book of CardDAV (Radicale), in the same run, through the same tunnel, by the same clock.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Bench } from '../bench.ts'
import { quantile, table } from '../figures.ts'
import { now } from '../hands.ts'
import { isInstalled } from './daemon.ts'
import { openKith } from './kith.ts'
import type { Peer, Person } from './peer.ts'
import { openProsody } from './prosody.ts'
import { openRadicale } from './radicale.ts'

const entries = 10_000
const rounds = 10

/** Letters without a pattern, the same in every run: real names are easier to compress. */
function person(i: number): Person {
  const letters = [...createHash('sha512').update(`${i}`).digest()].map((byte) => String.fromCharCode(97 + (byte % 26)))
  const word = (from: number, to: number) => letters.slice(from, to).join('')
  const [first, last] = [word(0, 5 + (i % 3)), word(10, 16 + (i % 3))]
  return { address: `${first}.${last}@${word(20, 26)}.test`, name: `${first} ${last}`, group: `Group ${i % 20}` }
}

type Cost = { readonly ms: number; readonly bytes: number }
type Costs = { readonly first: readonly Cost[]; readonly changed: readonly Cost[]; readonly back: readonly Cost[] }

/** Prints the table of Kith and of those peers that are installed. */
export async function benchPeers({ organisation: serve }: Pick<Bench, 'organisation'>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kith-peers-'))
  const people = Array.from({ length: entries }, (_, i) => person(i))
  const organisation = await serve()
  const tls = path.join(organisation.folder, 'tls')
  const place = (name: string) => ({
    folder: path.join(folder, name),
    cert: path.join(tls, 'cert.pem'),
    key: path.join(tls, 'key.pem'),
  })
  try {
    const rows = rowsOf('Kith, KWP/1', await measure(await openKith(organisation, people)))
    if (isInstalled('prosody'))
      rows.push(...rowsOf('Prosody, roster', await measure(await openProsody(place('prosody'), people))))
    else process.stdout.write('Prosody is not installed: left out\n')
    if (isInstalled('radicale'))
      rows.push(...rowsOf('Radicale, sync-collection', await measure(await openRadicale(place('radicale'), people))))
    else process.stdout.write('Radicale is not installed: left out\n')
    const what = `Peers: ${entries.toLocaleString('en')} entries; bytes on the wire both ways, TLS included`
    table(what, ['server', 'what', 'rounds', 'bytes, p50', 'p50', 'worst'], rows)
  } finally {
    await organisation.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(peer: Peer): Promise<Costs> {
  const cost = async (work: () => Promise<void>): Promise<Cost> => {
    const [bytes, start] = [peer.tunnel.bytes(), now()]
    await work()
    return { ms: now() - start, bytes: peer.tunnel.bytes() - bytes }
  }
  const costs = { first: [] as Cost[], changed: [] as Cost[], back: [] as Cost[] }
  try {
    for (let round = 0; round < 3; round += 1) costs.first.push(await cost(peer.first))
    await peer.settle()
    for (let round = 0; round < rounds; round += 1) costs.changed.push(await cost(() => peer.changed(round)))
    for (let round = 0; round < rounds; round += 1) {
      peer.tunnel.cut()
      await peer.changeAlone(rounds + round)
      costs.back.push(await cost(peer.back))
    }
    return costs
  } finally {
    await peer.close()
    peer.tunnel.close()
  }
}

const words = {
  first: 'the whole list, from nothing',
  changed: 'one change while connected, from the order',
  back: 'one change after a break, from the new connection',
} as const

function rowsOf(server: string, costs: Costs): string[][] {
  return (['first', 'changed', 'back'] as const).map((step) => {
    const [ms, bytes] = [costs[step].map((cost) => cost.ms), costs[step].map((cost) => cost.bytes)]
    const cells = [`${costs[step].length}`, Math.round(quantile(bytes, 0.5)).toLocaleString('en')]
    return [server, words[step], ...cells, `${Math.round(quantile(ms, 0.5))} ms`, `${Math.round(quantile(ms, 1))} ms`]
  })
}
