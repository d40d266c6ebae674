/** For tests: a port that is free now, a folder that goes away, and a server process that listens or fails. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

export function temporaryFolder(name: string): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `kith-${name}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

type Daemon = { readonly stop: () => Promise<void> }

/** How long a server may take until it listens, in milliseconds. */
const startDeadline = 20_000

/** Starts a server in the foreground and waits until its port answers. */
export async function startDaemon(command: string, args: readonly string[], port: number): Promise<Daemon> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const deadline = Date.now() + startDeadline
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await ended(child)
      throw new Error(`${command} did not start: ${log.slice(-2_000)}`)
    }
  }
  return { stop: () => ended(child) }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

/** Refused connections come back at once; a breath in between leaves the processor to the server. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => setTimeout(() => resolve(false), 50))
  })
}
