/** The demo that `npm start` shows: its server as a child process, in a folder that stays. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { homedir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { stop } from './processes.ts'

/** What the server's ready line says; more fields are none of our business. */
type Ready = { readonly demo: unknown }

type Demo = {
  /** JSON file for the hosts (`--demo`), readable by this user only. */
  readonly file: string
  /** Resolves when the server ends by itself. */
  readonly ended: Promise<number>
  stop(): Promise<void>
}

/** Where the demo's things lie; `profile` gives the folder of one of its users' profiles. */
export type DemoPlaces = { readonly folder: string; readonly file: string; profile(name: string): string }

/** Where the demo keeps its server's folder, its file of accounts and its profiles; the folder is made. */
export function demoPlaces(environment: Readonly<Record<string, string | undefined>>): DemoPlaces {
  const folder = path.join(environment.XDG_DATA_HOME || path.join(homedir(), '.local', 'share'), 'kith-demo')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return { folder, file: path.join(folder, 'demo.json'), profile: (name) => path.join(folder, 'profiles', name) }
}

/** How many of the demo's people a start shows. */
export type Shown = 'one' | 'two'

/**
 * Holds the demo's folder for this process; while another one holds it, what that one shows. A socket, not a file with a
 * number: it answers only while its process lives.
 */
export async function holdDemo(folder: string, shown: Shown): Promise<Server | Shown> {
  const place =
    process.platform === 'win32' ? `\\\\.\\pipe\\kith-demo-${path.basename(homedir())}` : path.join(folder, 'running')
  const running = await answerAt(place)
  if (running !== undefined) return running
  // A socket that nobody answers was left by a process that was killed.
  if (process.platform !== 'win32') rmSync(place, { force: true })
  const holder = createServer((socket) => socket.end(shown))
  return new Promise((resolve, reject) => {
    holder.once('error', reject)
    holder.listen(place, () => resolve(holder))
  })
}

function answerAt(place: string): Promise<Shown | undefined> {
  const socket = connect(place)
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += String(chunk)
    })
    socket.once('error', () => resolve(undefined))
    socket.once('end', () => resolve(text === 'two' ? 'two' : 'one'))
  })
}

/** The server remembers its own ports: the profiles know it by them. */
export async function startDemo({ folder, file }: DemoPlaces): Promise<Demo> {
  const log = openSync(path.join(folder, 'server.log'), 'w', 0o600)
  const words = ['server/main.ts', 'demo', '--data', path.join(folder, 'server'), '--json']
  // A group of its own: Ctrl+C reaches this script, which ends the hosts first and the server after them. The channel
  // tells the server when this script is gone without a word.
  const server = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', log, 'ipc'], detached: true })
  closeSync(log)
  const ended = new Promise<number>((resolve) => server.once('exit', (code) => resolve(code ?? 1)))
  const { demo } = await readReady(server, path.join(folder, 'server.log'))
  writeFileSync(file, JSON.stringify(demo), { mode: 0o600 })
  const end = () => {
    // An open channel would keep the server's process alive after its work is done.
    if (server.connected) server.disconnect()
    return stop(server)
  }
  return { file, ended, stop: end }
}

/** The first line; the rest keeps flowing, so that the server never blocks on a full pipe. */
function readReady(server: ChildProcess, log: string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) =>
      reject(new Error(`the demo server ended with ${code} before it was ready; see ${log}`)),
    )
    if (!server.stdout) return
    const lines = createInterface({ input: server.stdout })
    lines.once('line', (line) => resolve(JSON.parse(line)))
    lines.on('line', () => undefined)
  })
}
