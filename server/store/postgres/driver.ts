/** The PostgreSQL driver under Kysely: how values come back, how transactions begin, what its failures are called. */
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely'
import { Client, type CustomTypesConfig, DatabaseError, Pool, type PoolClient, type PoolConfig, types } from 'pg'
import { storeFailure, unreachable, untrusted } from '../failures.ts'

/** Connections of one process: a few readers beside those who write or wait. */
const maxConnections = 10

/** Types by their numbers in PostgreSQL's catalogue: `int8`, and the `numeric` that its sums are. */
const numberTypes: ReadonlySet<number> = new Set([20, 1_700])

/**
 * The driver gives 64-bit numbers as text. All of ours are below 2^53, and one that is not must not be rounded in
 * silence.
 */
function numberOf(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new RangeError('a stored number is too large')
  return number
}

const getTypeParser: CustomTypesConfig['getTypeParser'] = (type, format) =>
  numberTypes.has(type) ? numberOf : types.getTypeParser(type, format)

function createPool(connection: PoolConfig): Pool {
  const pool = new Pool({ ...connection, max: maxConnections, types: { getTypeParser } })
  // The driver tells of a lost connection twice, by this event and by the failed query: the query's failure is told on.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** A connection of its own, outside the pool. */
export async function connect(connection: PoolConfig): Promise<Client> {
  const client = new Client(connection)
  client.on('error', () => undefined)
  await translated(client.connect())
  return client
}

/** A failure of the database with its SQLSTATE; without the details, which quote rows. */
class PostgresError extends Error {
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.name = 'PostgresError'
    this.code = code
  }
}

/** SQLSTATEs that end the connection or refuse a new one: class 08, and the database ending, crashed or starting. */
const ended = /^(08...|57P0[1235])$/

/** The same, with what the driver throws as our failures have it. */
export async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw failureOf(error)
  }
}

function failureOf(error: unknown): unknown {
  if (error instanceof PostgresError || error instanceof TypeError || error instanceof RangeError) return error
  if (!(error instanceof Error)) return error
  return new PostgresError(error.message, error instanceof DatabaseError ? codeOf(error) : lostBy(error))
}

function codeOf({ code = '' }: DatabaseError): string {
  return ended.test(code) ? unreachable : code
}

/** Why there is no connection, where it was not the database that said so. */
function lostBy(error: Error): string {
  // The password is missing, or the database's answer to it is not that of one who knows it.
  if (error.message.startsWith('SASL')) return wrongPassword
  const code = 'code' in error ? String(error.code) : ''
  return /CERT|SIGNATURE|ISSUER|CRL/.test(code) ? untrusted : unreachable
}

const wrongPassword = '28P01'

class Connection implements DatabaseConnection {
  readonly client: PoolClient
  isBroken = false

  constructor(client: PoolClient) {
    this.client = client
  }

  async run(text: string): Promise<string> {
    return (await this.#told(this.client.query(text))).command
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, rowCount } = await this.#told(this.client.query(sql, [...parameters]))
    return { rows, ...(rowCount === null ? {} : { numAffectedRows: BigInt(rowCount) }) }
  }

  /** A connection that once gave no answer is not used again: a late answer would be taken for the next one's. */
  async #told<T>(work: Promise<T>): Promise<T> {
    try {
      return await translated(work)
    } catch (error) {
      this.isBroken ||= storeFailure(error) === 'unreachable'
      throw error
    }
  }

  /** Rows are read in pages instead. */
  streamQuery(): AsyncIterableIterator<never> {
    throw new Error('not streamed')
  }
}

/**
 * Writing transactions see each statement's newest state (READ COMMITTED) and hold locks; reading ones see one moment and
 * never wait.
 */
export class PostgresDriver implements Driver {
  readonly #pool: Pool

  constructor(connection: PoolConfig) {
    this.#pool = createPool(connection)
  }

  async init(): Promise<void> {
    // Connections are made when they are needed.
  }

  async acquireConnection(): Promise<Connection> {
    return new Connection(await translated(this.#pool.connect()))
  }

  async beginTransaction(connection: Connection, settings: TransactionSettings): Promise<void> {
    // Writers take locks and then read: READ COMMITTED shows what was committed while they waited for the lock. One
    // moment for the whole transaction would show the state before it.
    const mode = settings.accessMode === 'read only' ? 'repeatable read read only' : 'read committed'
    await connection.run(`start transaction isolation level ${mode}`)
  }

  async commitTransaction(connection: Connection): Promise<void> {
    // The database answers so where a statement failed before and the work went on as if it had not.
    if ((await connection.run('commit')) !== 'COMMIT') throw new Error('a failed transaction was to be committed')
  }

  /** What made the work fail is the news: where the connection is lost, the database rolls back by itself. */
  async rollbackTransaction(connection: Connection): Promise<void> {
    if (connection.isBroken) return
    await connection.run('rollback').catch(() => {
      connection.isBroken = true
    })
  }

  async releaseConnection(connection: Connection): Promise<void> {
    // True makes the pool close the connection instead of lending it again.
    connection.client.release(connection.isBroken)
  }

  destroy(): Promise<void> {
    return this.#pool.end()
  }
}
