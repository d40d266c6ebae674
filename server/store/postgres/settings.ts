/** How to reach the PostgreSQL database, as `config.json` says it. The password is in a file or in the environment, never here. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { checkServerIdentity } from 'node:tls'
import type { PoolConfig } from 'pg'
import { z } from 'zod'
import { StoreUnusable } from '../failures.ts'

export const postgresSettings = z.strictObject({
  kind: z.literal('postgres'),
  /** Name or address; or the folder of the database's socket. */
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(1).max(65_535).default(5_432),
  database: z.string().min(1).default('kith'),
  user: z.string().min(1).default('kith'),
  /** File that holds the password and nothing else, relative to the data folder; without: KITH_STORE_PASSWORD. */
  passwordFile: z.string().min(1).optional(),
  /** Without: yes, unless the database is on this machine. */
  tls: z.boolean().optional(),
  /** File with the certificate to trust, PEM, relative to the data folder; without: those that Node trusts. */
  ca: z.string().min(1).optional(),
})
/** The settings with every default filled in. */
export type PostgresSettings = z.infer<typeof postgresSettings>

/** Environment variable with the database's password. */
const passwordVariable = 'KITH_STORE_PASSWORD'

/** What a process that opens the store needs of our environment. */
export function storeEnvironment(): Readonly<Record<string, string>> {
  const password = process.env[passwordVariable]
  return password === undefined ? {} : { [passwordVariable]: password }
}

/**
 * Of each connection. A node that vanished gives its locks back within about a minute, a writer waits no longer for others
 * than with SQLite, and tables are where we look for them.
 */
const sessionOptions = [
  'search_path=public',
  'lock_timeout=60s',
  'idle_in_transaction_session_timeout=60s',
  'tcp_keepalives_idle=20',
  'tcp_keepalives_interval=10',
  'tcp_keepalives_count=4',
]
/** Whoever starts while the database is away learns it soon. */
const connectMs = 10_000
/** A database that vanished without a word is given up then: longer than a writer waits for others. */
const answerMs = 90_000
/** Idle connections are probed this often: a firewall on the way must not forget them, nor we a dead peer. */
const keepAliveMs = 20_000

const onThisMachine: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/** `folder`: the data folder, which file names in the settings are relative to. */
export async function connectionOf(settings: PostgresSettings, folder: string): Promise<PoolConfig> {
  const { host, port, database, user, passwordFile, ca } = settings
  const isLocal = host.startsWith('/') || onThisMachine.has(host)
  const password =
    passwordFile === undefined
      ? (process.env[passwordVariable] ?? '')
      : (await read(resolve(folder, passwordFile))).replace(/\r?\n$/, '')
  const trusted = ca === undefined ? {} : { ca: await read(resolve(folder, ca)) }
  return {
    host,
    port,
    database,
    user,
    password,
    // The driver names no host to TLS where it is an address: without this the certificate of any host would do.
    ssl: (settings.tls ?? !isLocal) && {
      ...trusted,
      rejectUnauthorized: true,
      checkServerIdentity: (_name, cert) => checkServerIdentity(host, cert),
    },
    application_name: 'kith-server',
    options: sessionOptions.map((option) => `-c ${option}`).join(' '),
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw new StoreUnusable(`${file}, which "store" in the settings names, cannot be read`)
  }
}
