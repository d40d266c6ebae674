/** A Debian server in the foreground, on loopback. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { stop } from '../../scripts/lib/processes.ts'

/** Longest until it listens, and how often one looks: milliseconds. */
const patience = 30_000
const lookEvery = 50

/** Whether a command is on this machine. */
export function isInstalled(command: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', command], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A port of loopback that nobody listened on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

/** Starts a server and waits until its port answers. Throws where it does not. */
export async function openDaemon(command: string, words: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  const end = performance.now() + patience
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > end) {
      await stop(child)
      throw new Error(`${command} did not start`)
    }
    await setTimeout(lookEvery)
  }
  return child
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
