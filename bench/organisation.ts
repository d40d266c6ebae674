/** An organisation in which everybody lists everybody: what the administrator's commands take, and what one client fetches. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { type Organisation, people } from '../e2e/support/organisation.ts'
import { exitCode } from '../scripts/lib/processes.ts'
import type { Bench } from './bench.ts'
import { milliseconds, table } from './figures.ts'
import { now } from './hands.ts'
import { type Client, signInTo, targetAt } from './kwp.ts'
import { certificateOf, configure, metricOf } from './server.ts'

const users = 5_000
type Measured = { readonly organisation: Organisation; readonly watcher: Client }

/** How often the memory of a command is looked at; the kernel keeps the highest. */
const lookMs = 100

/** Prints the table of an administrator's commands. */
export async function benchOrganisation({ organisation: serve }: Pick<Bench, 'organisation'>): Promise<void> {
  const organisation = await serve()
  try {
    await configure(organisation, { approve: 'auto' })
    const target = () => targetAt(organisation.ports.url, certificateOf(organisation))
    const watcher = await signInTo(target(), people.bob)
    const measured = { organisation, watcher }
    const file = path.join(organisation.folder, 'people.json')
    writeFileSync(file, JSON.stringify(document()))
    const rows = [
      await measure(measured, `apply: ${users.toLocaleString('en')} people`, ['apply', file]),
      await measure(measured, 'everybody lists everybody', ['policy', 'set', 'everyone=on']),
      await measure(measured, 'the same apply again, nothing to do', ['apply', file]),
    ]
    const client = await signInTo(target(), people.alice)
    const fetched = [await fetchList(organisation, client, 'whole list')]
    const words = ['user', 'set', 'user7', '--name', 'Quite Another Name']
    rows.push(await measure(measured, 'one is renamed', words))
    fetched.push(await fetchList(organisation, client, 'after one was renamed'))
    rows.push(await measure(measured, 'one joins', ['user', 'add', 'newcomer', '--name', 'New Comer'], 'newcomer-Pw-1'))
    fetched.push(await fetchList(organisation, client, 'after one joined'))
    rows.push(await measure(measured, 'one is denied to all', ['rule', 'deny', 'user9@corp.test']))
    fetched.push(await fetchList(organisation, client, 'after one was denied'))
    for (const one of [client, watcher]) one.target.agent.destroy()
    const head = [
      'command',
      'time',
      'of it, processor',
      'memory of the command',
      'versions written',
      'store on disk',
      'longest answer to a client meanwhile',
    ]
    table(`Organisation: ${users.toLocaleString('en')} people who list one another`, head, rows)
    table(
      'Organisation: one client of it',
      ['fetched', 'entries then', 'sealed bytes', 'time, checks included'],
      fetched,
    )
  } finally {
    await organisation.remove()
  }
}

function document(): object {
  const person = (i: number) => ({ user: `user${i}`, name: `Person ${i} 王小明`, department: `Department ${i % 50}` })
  return { users: Array.from({ length: users }, (_, i) => person(i)) }
}

/** Another client of the same server asks for news all the time. */
function watch(client: Client) {
  const over = new AbortController()
  const seen = { longest: 0, refused: 0 }
  const asking = (async () => {
    while (!over.signal.aborted) {
      const start = now()
      await client.sync().catch(() => {
        seen.refused += 1
      })
      seen.longest = Math.max(seen.longest, now() - start)
      await setTimeout(lookMs)
    }
  })()
  return {
    async end() {
      over.abort()
      await asking
      return seen
    },
  }
}

async function measure(
  { organisation, watcher: client }: Measured,
  what: string,
  words: readonly string[],
  input = '',
): Promise<string[]> {
  const before = versions(organisation)
  const start = now()
  const meanwhile = watch(client)
  const child = spawn(process.execPath, ['server/main.ts', ...words, '--data', organisation.folder, '--json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(input)
  let memory = 0
  let seconds = 0
  const timer = setInterval(() => {
    memory = Math.max(memory, Number(/^VmHWM:\s+(\d+) kB$/m.exec(ofProcess(child.pid, 'status'))?.[1] ?? 0))
    // User and system time, in hundredths of a second (proc(5): 14 and 15).
    const [utime = 0, stime = 0] = ofProcess(child.pid, 'stat').split(' ').slice(13, 15).map(Number)
    seconds = Math.max(seconds, (utime + stime) / 100)
  }, lookMs)
  const [output, code] = await Promise.all([text(child.stdout), exitCode(child)])
  clearInterval(timer)
  const ms = now() - start
  const { longest, refused } = await meanwhile.end()
  if (code !== 0) throw new Error(`kith-server ${words.join(' ')} ended with ${code}: ${output.slice(0, 500)}`)
  return [
    what,
    `${(ms / 1000).toFixed(1)} s`,
    `${seconds.toFixed(1)} s`,
    `${Math.round(memory / 1024)} MB`,
    (versions(organisation) - before).toLocaleString('en'),
    `${(sizeOf(organisation) / 1024 / 1024).toFixed(1)} MB`,
    `${milliseconds(longest)}${refused === 0 ? '' : `, ${refused} refused`}`,
  ]
}

/** Empty for a process that has ended meanwhile. */
function ofProcess(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function versions({ folder }: Organisation): number {
  const store = new DatabaseSync(path.join(folder, 'kith.sqlite'), { readOnly: true })
  const row = store.prepare('select count(*) as count from versions').get()
  store.close()
  return Number(row?.count)
}

/** The database with its journal. */
function sizeOf({ folder }: Organisation): number {
  const files = readdirSync(folder).filter((name) => name.startsWith('kith.sqlite'))
  return files.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0)
}

async function fetchList(organisation: Organisation, client: Client, what: string): Promise<string[]> {
  const before = await metricOf(organisation, 'kith_sync_bytes_total')
  const start = now()
  await client.sync()
  const ms = now() - start
  const bytes = (await metricOf(organisation, 'kith_sync_bytes_total')) - before
  return [what, client.state.entries.size.toLocaleString('en'), bytes.toLocaleString('en'), milliseconds(ms)]
}
