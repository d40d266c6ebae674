/** Postfix and Dovecot of the system as private, throw-away daemons on loopback: own folder, own ports. Needs root. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:net'

const paths = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

/** Milliseconds that a daemon has to start or end. */
const patience = 20_000

export function run(command: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  return execFileSync(command, [...words], {
    encoding: 'utf8',
    env: { PATH: paths, ...environment },
    timeout: patience,
    // A daemon that it leaves behind would keep this pipe open.
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

/** `count` different ports that were free just now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', () => resolve(server))
      })
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

export type Daemon = { stop(): Promise<void> }

/** Characters of a log that are kept. */
const maxLog = 1_000_000

/** A daemon that stays in the foreground and logs to its output. `ready`: what it writes once its ports are open. */
export async function foreground(command: string, words: readonly string[], ready: RegExp): Promise<Daemon> {
  const child = spawn(command, [...words], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: paths } })
  let log = ''
  const hear = (chunk: Buffer) => {
    log = `${log}${String(chunk)}`.slice(-maxLog)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  await startUp(child, () => (ready.test(log) ? 'ready' : log))
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

function startUp(child: ChildProcess, state: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => finish(new Error(`did not start: ${state()}`)), patience)
    const look = () => {
      if (state() === 'ready') finish()
    }
    const finish = (error?: Error) => {
      clearTimeout(late)
      child.stdout?.removeListener('data', look)
      child.stderr?.removeListener('data', look)
      if (error) reject(error)
      else resolve()
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('error', finish)
    child.once('exit', (code) => finish(new Error(`ended with ${code}: ${state()}`)))
  })
}
