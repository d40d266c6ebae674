/** For tests: a private PostgreSQL cluster in a temporary folder, that is killed and started as the test wants. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { selfSigned } from '../keys/certificate.ts'
import type { PostgresSettings } from '../store/postgres/settings.ts'

export type TestPostgres = {
  /** File with the certificate that it shows, PEM. */
  readonly certificate: string
  /** A new, empty database; its owner is no superuser. The password file is outside every data folder. */
  createDatabase(encoding?: 'UTF8' | 'SQL_ASCII' | 'LATIN1'): Promise<PostgresSettings>
  /** Runs SQL as the superuser in a database. */
  sql(database: string, text: string): string
  /** kill -9 of the postmaster and all its backends. */
  kill(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

const folderOfPrograms = '/usr/lib/postgresql'
const password = 'a database password'

/** The newest PostgreSQL on this machine. */
function programs(): string {
  const versions = existsSync(folderOfPrograms) ? readdirSync(folderOfPrograms) : []
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) throw new Error('these tests need PostgreSQL: install the Debian package postgresql')
  return join(folderOfPrograms, newest, 'bin')
}

type Identity = { readonly uid?: number; readonly gid?: number }

/** PostgreSQL refuses to run as root. */
function identity(): Identity {
  if (process.getuid?.() !== 0) return {}
  const id = (what: string) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

type Place = { readonly folder: string; readonly passwordFile: string; readonly settings: readonly string[] }

/** A cluster's folder, which PostgreSQL's user owns, and what it runs with. */
async function createCluster(bin: string, { uid, gid }: Identity): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-postgres-'))
  await chmod(folder, 0o755)
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  // TLS is offered, and used by those who ask for it.
  const { cert, key } = selfSigned(['127.0.0.1'], Date.now())
  await writeFile(join(folder, 'cert.pem'), cert)
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 })
  if (uid !== undefined) for (const path of [folder, join(folder, 'key.pem')]) await chown(path, uid, gid ?? uid)
  const data = join(folder, 'data')
  // A language of its own: what we sort must not depend on it.
  const language = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en', '--encoding=UTF8']
  const access = ['--username=postgres', '--auth-local=trust', '--auth-host=scram-sha-256']
  // `TZ`: without it the program compares each time zone that there is with the system's.
  execFileSync(join(bin, 'initdb'), ['-D', data, ...access, ...language, '--no-sync'], {
    ...(uid === undefined ? {} : { uid, gid: gid ?? uid }),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { TZ: 'UTC' },
  })
  const secured = ['ssl=on', `ssl_cert_file=${join(folder, 'cert.pem')}`, `ssl_key_file=${join(folder, 'key.pem')}`]
  const options = [...secured, 'listen_addresses=127.0.0.1', 'fsync=on', 'shared_buffers=16MB']
  return { folder, passwordFile, settings: ['-D', data, '-k', folder, ...options.flatMap((option) => ['-c', option])] }
}

export async function startPostgres(): Promise<TestPostgres> {
  const bin = programs()
  const as = identity()
  const { folder, passwordFile, settings } = await createCluster(bin, as)
  const port = await freePort()
  let postmaster: ChildProcess | undefined
  const psql = (database: string, text: string): string => {
    const words = ['-h', folder, '-p', String(port), '-U', 'postgres', '-d', database]
    const quiet = ['--no-psqlrc', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-f', '-']
    return execFileSync(join(bin, 'psql'), [...words, ...quiet], {
      encoding: 'utf8',
      input: text,
      stdio: 'pipe',
    }).trim()
  }
  const start = async () => {
    const child = spawn(join(bin, 'postgres'), [...settings, '-p', String(port)], {
      ...as,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    postmaster = child
    await readiness(child)
  }
  const end = async (signal: 'SIGKILL' | 'SIGINT') => {
    const child = postmaster
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    const backends = signal === 'SIGKILL' ? childrenOf(child.pid ?? 0) : []
    child.kill(signal)
    for (const pid of backends) killQuietly(pid)
    await gone
    await Promise.all(backends.map(untilGone))
  }
  await start()
  psql('postgres', `create role kith login password '${password}'`)
  let databases = 0
  return {
    certificate: join(folder, 'cert.pem'),
    async createDatabase(encoding = 'UTF8') {
      databases += 1
      const database = `kith${databases}`
      // Every encoding goes with the language C.
      const other = `encoding '${encoding}' template template0 locale_provider libc locale 'C'`
      psql('postgres', `create database ${database} owner kith ${encoding === 'UTF8' ? '' : other}`)
      return { kind: 'postgres', host: '127.0.0.1', port, database, user: 'kith', passwordFile }
    },
    sql: psql,
    kill: () => end('SIGKILL'),
    start,
    async close() {
      await end('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Resolves when the log says that connections are taken. */
async function readiness(child: ChildProcess): Promise<void> {
  const { stderr } = child
  if (!stderr) throw new Error('no log')
  let log = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  stderr.on('data', (chunk: Buffer) => {
    log = (log + String(chunk)).slice(-10_000)
    if (log.includes('database system is ready to accept connections')) resolve()
  })
  child.once('exit', () => reject(new Error(`PostgreSQL ended:\n${log}`)))
  await promise
  log = ''
}

/** One letter as ps shows it. */
function stateOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) (\S) .*$/s, '$1')
  } catch {
    return 'Z'
  }
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number)
}

/** The fourth field of /proc/PID/stat, after a name that may hold anything. */
function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S+ (\d+) .*$/s, '$1'))
  } catch {
    return 0
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with its postmaster.
  }
}

/** Gone, or a zombie that holds nothing any more. */
async function untilGone(pid: number): Promise<void> {
  while (stateOf(pid) !== 'Z') await new Promise((resolve) => setImmediate(resolve))
}
