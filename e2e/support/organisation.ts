/** A whitelist server with named people in a folder of its own: the real `kith-server`, on loopback. */

import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { exitCode, firstLine, stop } from '../../scripts/lib/processes.ts'
import { jsonOf } from '../../shared/json.ts'

export type Person = {
  readonly user: string
  readonly name: string
  readonly address: string
  readonly password: string
}

export const people = {
  alice: { user: 'alice', name: 'Alice Chen', address: 'alice@corp.test', password: 'alice-Pw-7714' },
  bob: { user: 'bob', name: 'Bob Lin 林柏', address: 'bob@corp.test', password: 'bob-Pw-2256' },
  carol: { user: 'carol', name: 'Carol Wu 吳凱若', address: 'carol@corp.test', password: 'carol-Pw-9083' },
  mallory: { user: 'mallory', name: 'Mallory Reed', address: 'mallory@corp.test', password: 'mallory-Pw-4410' },
} as const satisfies Record<string, Person>

/** What `kith-server serve` says when it is ready. */
const portsSchema = z.object({
  url: z.string(),
  smtp: z.number(),
  imap: z.number(),
  inbound: z.number(),
  metrics: z.number(),
})
type Ports = Readonly<z.infer<typeof portsSchema>>

export type Organisation = {
  readonly folder: string
  readonly ports: Ports
  /** Runs `kith-server ... --json` in a process of its own, with `input` as standard input; what it printed, parsed. */
  command(words: readonly string[], input?: string): Promise<unknown>
  /** An enrolment code, as an administrator hands it out. */
  enrolment(user: string): Promise<string>
  start(): Promise<void>
  /** Ends the server in good order. */
  stop(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
  remove(): Promise<void>
}

const program = path.resolve('server/main.ts')
let template: string | undefined

/** Copies a folder that is made once a run, then serves it. */
export async function openOrganisation(): Promise<Organisation> {
  template ??= await makeTemplate()
  const folder = mkdtempSync(path.join(tmpdir(), 'kith-org-'))
  cpSync(template, folder, { recursive: true })
  return serve(folder)
}

/** Removes the folder from which organisations are copied; the next one makes it anew. */
export function removeTemplate(): void {
  if (template) rmSync(template, { recursive: true, force: true })
  template = undefined
}

async function makeTemplate(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kith-org-template-'))
  await command(folder, ['init', '--domain', 'corp.test', '--port', '0'])
  for (const { user, name, address, password } of Object.values(people))
    await command(folder, ['user', 'add', user, '--name', name, '--address', address], password)
  await list(folder, people.alice, people.bob, ['--group', 'Sales', '--nickname', '阿柏', '--remark', 'key account'])
  await list(folder, people.alice, people.carol, ['--group', 'Support', '--remark', '技術支援'])
  await list(folder, people.bob, people.alice, ['--group', 'Sales'])
  await list(folder, people.carol, people.alice, [])
  return folder
}

function list(folder: string, owner: Person, contact: Person, more: readonly string[]): Promise<unknown> {
  const words = ['contact', 'add', contact.address, '--user', owner.user, '--name', contact.name, ...more]
  return command(folder, words)
}

async function serve(folder: string): Promise<Organisation> {
  let server: ChildProcess | undefined
  let ports: Ports = { url: '', smtp: 0, imap: 0, inbound: 0, metrics: 0 }
  const start = async () => {
    setPorts(folder, ports)
    server = spawn(process.execPath, [program, 'serve', '--data', folder, '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    ports = portsSchema.parse(jsonOf(await firstLine(server)))
    // The same ports after a restart, and in enrolment codes: the clients look for the server there.
    setPorts(folder, ports)
  }
  await start()
  return {
    folder,
    get ports() {
      return ports
    },
    command: (words, input) => command(folder, words, input),
    enrolment: async (user) =>
      z.object({ code: z.string() }).parse(await command(folder, ['enrol', '--user', user])).code,
    start,
    stop: async () => (server ? stop(server) : undefined),
    kill: async () => {
      const child = server
      if (!child?.pid) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      process.kill(child.pid, 'SIGKILL')
      await gone
    },
    remove: async () => {
      if (server) await stop(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function setPorts(folder: string, { url, smtp, imap, inbound, metrics }: Ports): void {
  const file = path.join(folder, 'config.json')
  const config = z.looseObject({}).parse(jsonOf(readFileSync(file, 'utf8')))
  const port = url ? Number(new URL(url).port) : 0
  const mail = { kind: 'embedded', smtp, imap, inbound }
  writeFileSync(file, JSON.stringify({ ...config, port, metricsPort: metrics, mail }))
}

async function command(folder: string, words: readonly string[], input = ''): Promise<unknown> {
  const child = spawn(process.execPath, [program, ...words, '--data', folder, '--json'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exitCode(child)])
  if (code !== 0) throw new Error(`kith-server ${words.join(' ')} ended with ${code}: ${errors}`)
  return output.trim() ? jsonOf(output) : undefined
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = ''
  for await (const chunk of stream) all += String(chunk)
  return all
}
