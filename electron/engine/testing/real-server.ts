/** The real whitelist server as a child process, with its command line as the administrator. For integration tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const main = new URL('../../../server/main.ts', import.meta.url).pathname
/** Longest wait for a command or for the server's first line, in milliseconds. */
const waitLimit = 30_000
/** How long a server that was told to end may take. */
const endPatience = 5_000

export type RealServer = {
  readonly url: () => string
  /** Port of its embedded IMAP. */
  readonly imapPort: () => number
  /** Runs a `kith-server` command by the server's clock; returns what it printed as JSON, or throws with its error. */
  readonly admin: (args: readonly string[], input?: string) => Promise<unknown>
  /** `aheadMs`: with its clock that far ahead of this machine's. */
  readonly start: (aheadMs?: number) => Promise<void>
  readonly stop: () => Promise<void>
  /** Who opens the devices' stores; counts from the next start on. */
  readonly setStore: (store: 'local' | 'online-unlock') => void
  /** Mail is another server's; counts from the next start on. `ca`: PEM of who signs its certificate. */
  readonly setMail: (imapPort: number, ca: string, verify: 'own' | 'imap', authserv?: string) => void
  /** Rows of its store. */
  readonly query: (sql: string) => Promise<unknown>
  /** Ends all sessions, as time does. */
  readonly endSessions: () => Promise<void>
  readonly remove: () => Promise<void>
}

const readySchema = z.object({ url: z.string(), imap: z.number().optional() })

export async function realServer(approve: 'auto' | 'enrolled' | 'manual' = 'auto'): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-engine-server-'))
  let child: ChildProcess | undefined
  let url = ''
  let imapPort = 0
  let ahead = 0
  const admin = async (args: readonly string[], input = ''): Promise<unknown> =>
    JSON.parse(await run([...clockAhead(ahead), main, ...args, '--data', folder, '--json'], input))
  await admin(['init', '--domain', 'corp.example', '--approve', approve])
  // Other servers may run on this machine.
  const freePorts = { port: 0, metricsPort: 0, mail: { kind: 'embedded', smtp: 0, imap: 0 } }
  changeConfig(join(folder, 'config.json'), freePorts)
  const stop = async (): Promise<void> => {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null) return
    const ended = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill()
    // Its store is closed by then; a client's test must not depend on how the server's last timer ends.
    const late = setTimeout(() => ending.kill('SIGKILL'), endPatience)
    await ended
    clearTimeout(late)
  }
  const query = async (sql: string): Promise<unknown> => {
    const open = `new (require('better-sqlite3-multiple-ciphers'))(process.argv[1])`
    const script = `console.log(JSON.stringify(${open}.prepare(process.argv[2]).all()))`
    return JSON.parse(await run(['-e', script, join(folder, 'kith.sqlite'), sql], ''))
  }
  return {
    url: () => url,
    imapPort: () => imapPort,
    admin,
    start: async (aheadMs = 0) => {
      if (child) return
      ahead = aheadMs
      const port = url === '' ? '0' : new URL(url).port
      child = spawn(
        process.execPath,
        [...clockAhead(aheadMs), main, 'serve', '--data', folder, '--json', '--port', port],
        {
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
      const ready = readySchema.parse(JSON.parse(await firstLine(child)))
      url = ready.url
      imapPort = ready.imap ?? 0
    },
    stop,
    setStore: (store) => changeConfig(join(folder, 'config.json'), { policy: { store } }),
    setMail: (port, ca, verify, authserv) =>
      changeConfig(join(folder, 'config.json'), mailElsewhere(folder, { port, ca, verify, authserv })),
    query,
    endSessions: async () => {
      await query('DELETE FROM sessions RETURNING user')
    },
    remove: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Options of Node that move what a process takes for the time; a process that it forks gets them, too. */
function clockAhead(ms: number): readonly string[] {
  const script = `const now = Date.now; Date.now = () => now() + ${ms}`
  return ms === 0 ? [] : ['--import', `data:text/javascript,${encodeURIComponent(script)}`]
}

type Elsewhere = {
  readonly port: number
  readonly ca: string
  readonly verify: 'own' | 'imap'
  readonly authserv: string | undefined
}

/** The settings, with the certificate's file beside them. */
function mailElsewhere(folder: string, { port, ca, verify, authserv }: Elsewhere): object {
  const server = { host: '127.0.0.1', port, security: 'tls', ca: 'mail.pem' }
  writeFileSync(join(folder, 'mail.pem'), ca)
  return { mail: { kind: 'external', imap: server, smtp: server, authserv }, accounts: { verify } }
}

function changeConfig(file: string, change: object): void {
  const config = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')))
  writeFileSync(file, JSON.stringify({ ...config, ...change }))
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error('no output to read')
    const timer = setTimeout(() => reject(new Error('the server did not start in time')), waitLimit)
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer)
      resolve(line)
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
}

function run(args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: new URL('../../..', import.meta.url).pathname,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: waitLimit,
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${args.join(' ')}: ${errors}${out}`))))
    child.stdin.end(input)
  })
}
