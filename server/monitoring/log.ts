/** Structured logs by allow-list: a field that is not named here never reaches the log, so that no secret does by accident. */
import { type DestinationStream, destination, pino } from 'pino'
import { storeFailure } from '../store/failures.ts'

/** What may be logged. No name, address, password, session, key or text of a person. */
type LogFields = {
  readonly operation?: string
  readonly fault?: string
  readonly kind?: string
  readonly port?: number
  readonly user?: string
  readonly device?: string
  readonly list?: string
  readonly version?: number
  readonly count?: number
  readonly part?: number
  readonly bytes?: number
  readonly ms?: number
  readonly code?: number | string
  readonly pid?: number
  /** Class of an error, never its message: messages quote what they failed on. */
  readonly error?: string
  /** Where it was thrown: files and lines of our own code. */
  readonly at?: string
}

/** `event` names what happened, in words of the program; everything about it is a field. */
export type Log = {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/**
 * The fields that are picked when a line is written: types are gone by then, and a wider object may have been handed
 * over.
 */
const allowed = [
  'operation',
  'fault',
  'kind',
  'port',
  'user',
  'device',
  'list',
  'version',
  'count',
  'part',
  'bytes',
  'ms',
  'code',
  'pid',
  'error',
  'at',
] as const satisfies readonly (keyof LogFields)[]

/** Longest text of one field. */
const maxText = 200

/** Standard output belongs to the command's result; logs go to standard error unless told otherwise. */
export function createLog(to: DestinationStream = destination({ fd: 2, sync: true })): Log {
  const logger = pino({ base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, to)
  return {
    info: (event, fields = {}) => logger.info(pick(fields), event),
    warn: (event, fields = {}) => logger.warn(pick(fields), event),
    error: (event, fields = {}) => logger.error(pick(fields), event),
  }
}

function pick(fields: LogFields): Record<string, string | number> {
  const picked: Record<string, string | number> = {}
  for (const name of allowed) {
    const value = fields[name]
    if (value !== undefined) picked[name] = typeof value === 'string' ? value.slice(0, maxText) : value
  }
  return picked
}

/** Tells of failures of work that goes on: of the store by their kind, anything else as the bug that it is. */
export function failureTo(log: Log): (error: unknown) => void {
  return (error) => {
    const kind = storeFailure(error)
    if (kind === undefined) log.error('bug', bugFields(error))
    else log.warn('store', { kind })
  }
}

/** What a thrown value may tell the log. */
export function bugFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error }
  const at = error.stack?.split('\n').find((line) => line.includes('/server/') || line.includes('/shared/'))
  return { error: error.name, at: at?.trim().replace(/^.*?((server|shared)\/)/, '$1') ?? '' }
}
