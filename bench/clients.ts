/** Many connected clients of one server, half on a WebSocket and half on a held Wait: memory, a change for all, a restart. */
import { execFileSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import type { Organisation } from '../e2e/support/organisation.ts'
import { toBase64 } from '../shared/whitelist/bytes/encoding.ts'
import type { Bench } from './bench.ts'
import { type At, Member, type Way } from './crowd.ts'
import { quantile, table } from './figures.ts'
import { type Hands, now, openHands, type SignedIn } from './hands.ts'
import { newKeys } from './kwp.ts'
import { certificateOf, configure, metricOf } from './server.ts'

/** A server takes 50 devices of one user. */
const users = 200
const devices = 50
const changes = 5
/** Longest that one waits for the Waits before a change. */
const settleMs = 20_000
/** As many as are back by then are told. */
const backMs = 180_000

/** Prints the tables of connected clients; needs as many open files as the system allows. */
export async function benchClients({ organisation: serve }: Pick<Bench, 'organisation'>): Promise<void> {
  // One file for each connection, here and in the server, which inherits it.
  const most = execFileSync('sh', ['-c', 'ulimit -H -n'], { encoding: 'utf8' }).trim()
  execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${most}:${most}`])
  const organisation = await serve()
  await configure(organisation, { requestsPerMinute: 10_000_000 })
  const hands = openHands(organisation.folder)
  const keys = newKeys()
  const crowd = await enrol(hands, { dsig: toBase64(keys.dsig), dbox: toBase64(keys.dbox) })
  const at = { url: organisation.ports.url, ca: certificateOf(organisation), keys }
  const members: Member[] = []
  try {
    const half = crowd.length / 2
    const bare = await memoryOf(organisation)
    const sockets = await join(members, 'socket', crowd.slice(0, half), at)
    const withSockets = await memoryOf(organisation)
    const waits = await join(members, 'held', crowd.slice(half), at)
    const withAll = await memoryOf(organisation)
    tellMemory({ bare, withSockets, withAll }, { sockets, waits })
    tellPushes(members, await pushAll(organisation, members, hands))
    await storm(organisation, members)
  } finally {
    for (const member of members) member.leave()
    await hands.close()
    await organisation.remove()
  }
}

async function enrol(hands: Hands, keys: { readonly dsig: string; readonly dbox: string }) {
  const names = Array.from({ length: users }, (_, i) => `user${i}`)
  const added = names.map((user) => ({ op: 'user.add', user, scope: 'internal', name: `Name of ${user}` }))
  await hands.make([...added, { op: 'policy.set', changes: { everyone: true } }])
  const signedIn = await hands.signInMany({ users: names, devices, ...keys })
  // Neighbours are devices of different users.
  return signedIn.toSorted((a, b) => (a.device < b.device ? -1 : Number(a.device > b.device)))
}

/** In bytes: what the serving process holds of the machine's memory, when it has had a moment. */
function memoryOf(organisation: Organisation): Promise<number> {
  return metricOf(organisation, 'process_resident_memory_bytes')
}

type Joined = { readonly count: number; readonly ms: number }

async function join(members: Member[], way: Way, sessions: readonly SignedIn[], at: At): Promise<Joined> {
  const start = now()
  const joining = sessions.map((session) => new Member(way, session, at))
  members.push(...joining)
  await Promise.all(joining.map((member) => member.join()))
  return { count: joining.length, ms: now() - start }
}

/** One change that moves everybody's list: from the order to each client's poke. */
async function pushAll(
  organisation: Organisation,
  members: readonly Member[],
  hands: Hands,
): Promise<ReadonlyMap<Member, number[]>> {
  const times = new Map<Member, number[]>(members.map((member) => [member, []]))
  const held = members.filter(({ way }) => way === 'held').length
  for (let change = 0; change < changes; change += 1) {
    await allWait(organisation, held)
    const told = members.map(async (member) => [member, await member.nextTold()] as const)
    const { start } = await hands.make([{ op: 'user.set', user: 'alice', changes: { name: `Alice ${change}` } }])
    for (const [member, at] of await Promise.all(told)) times.get(member)?.push(at - start)
  }
  return times
}

/** After a push each asks again; a Wait that runs out is asked again, too: nearly all is enough. */
async function allWait(organisation: Organisation, count: number): Promise<void> {
  const end = now() + settleMs
  while ((await metricOf(organisation, 'kith_waiters')) < 0.99 * count && now() < end) await setTimeout(100)
}

type Sizes = { readonly bare: number; readonly withSockets: number; readonly withAll: number }

function tellMemory(
  { bare, withSockets, withAll }: Sizes,
  { sockets, waits }: Record<'sockets' | 'waits', Joined>,
): void {
  const row = (what: string, { count, ms }: Joined, bytes: number) => [
    what,
    count.toLocaleString('en'),
    `${Math.round(bytes / count / 1024)} kB`,
    `${Math.round(count / (ms / 1000))}`,
  ]
  table(
    `Clients: memory of the serving process, ${megabytes(bare)} with none, ${megabytes(withAll)} with all`,
    ['connected by', 'clients', 'each', 'joined a second'],
    [row('WebSocket', sockets, withSockets - bare), row('held Wait', waits, withAll - withSockets)],
  )
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`
}

const quantiles = (times: readonly number[]) => [0.5, 0.95, 0.99, 1].map((q) => `${Math.round(quantile(times, q))} ms`)

function tellPushes(members: readonly Member[], times: ReadonlyMap<Member, number[]>): void {
  const row = (what: string, wanted: (member: Member) => boolean) => {
    const some = members.filter(wanted)
    const all = some.flatMap((member) => times.get(member) ?? [])
    return [what, some.length.toLocaleString('en'), ...quantiles(all)]
  }
  table(
    `Clients: one change of everybody's list (${users} lists), from the order to the client's poke, ${changes} changes`,
    ['connected by', 'clients', 'p50', 'p95', 'p99', 'worst'],
    [row('WebSocket', ({ way }) => way === 'socket'), row('held Wait', ({ way }) => way === 'held')],
  )
}

/** The server ends and starts again; every client comes back by the rule of protocol.md 7. */
async function storm(organisation: Organisation, members: readonly Member[]): Promise<void> {
  const before = members.reduce((sum, { breaks }) => sum + breaks, 0)
  const back: number[] = []
  const waiting = Promise.all(members.map(async (member) => back.push(await member.nextTold())))
  const begun = now()
  await organisation.stop()
  const ended = now()
  await organisation.start()
  const ready = now()
  const enough = new AbortController()
  await Promise.race([waiting, setTimeout(backMs, undefined, { signal: enough.signal }).catch(() => undefined)])
  enough.abort()
  const breaks = members.reduce((sum, member) => sum + member.breaks, 0) - before
  const times = back.map((at) => at - ready)
  const cells = [0.5, 0.95, 0.99, 1].map((q) => seconds(quantile(times, q)))
  table(
    `Clients: back after a restart, from the moment at which the server says that it is ready (it took ${seconds(ended - begun)} to end and ${seconds(ready - ended)} to start)`,
    ['back', 'p50', 'p95', 'p99', 'all', 'tries of each', 'memory then'],
    [
      [
        `${back.length.toLocaleString('en')} of ${members.length.toLocaleString('en')}`,
        ...cells,
        (breaks / members.length).toFixed(2),
        megabytes(await memoryOf(organisation)),
      ],
    ],
  )
}
