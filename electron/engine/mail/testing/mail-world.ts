/** A mail service over a real encrypted database in its own folder, with a list and a network that the test holds. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAddress } from '../../../../shared/address.ts'
import type { ListedContact } from '../../../../shared/guard.ts'
import { createListView } from '../../../../shared/list-view.ts'
import type { Draft } from '../../../../shared/message.ts'
import type { MailTrouble } from '../../../../shared/session.ts'
import type { MailServers } from '../../../../shared/whitelist/login.ts'
import { type Database, openDatabase } from '../../database/open.ts'
import type { Clock, DnsResolver, Log } from '../../ground/ports.ts'
import { type FakeClock, fakeClock, fakeDns, fakeRandom, type LogLine, memoryLog } from '../../testing/fakes.ts'
import type { ListInForce, MailConnection, MailDependencies, MailService } from '../dependencies.ts'
import { createMailService, type MailNetwork } from '../mail-service.ts'
import { draftsApart, heldStates, mailNotices, mailSchema, placesSchema } from '../schema.ts'
import { readInPlace } from './read-in-place.ts'

export const me = { address: 'alice@corp.test', name: 'Alice Chen', password: 'alice-pw' } as const

type SeenEvent = { readonly name: string; readonly value: Readonly<Record<string, unknown>> }

export type WorldOptions = {
  readonly contacts?: readonly ListedContact[]
  readonly servers?: MailServers
  readonly dns?: DnsResolver
  /** The real clock where real servers answer; otherwise one that stands still. */
  readonly clock?: Clock
  readonly account?: { readonly address: string; readonly name: string; readonly password: string }
}

export type MailWorld = ReturnType<typeof mailWorld>

const nowhere: MailServers = {
  imap: { host: '127.0.0.1', port: 1, security: 'none' },
  smtp: { host: '127.0.0.1', port: 1, security: 'none' },
}

/** How long a condition may take before the test fails, in milliseconds. */
const deadline = 15_000

export function mailWorld(options: WorldOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-mail-'))
  const clock: FakeClock = fakeClock()
  const events: SeenEvent[] = []
  const connections: MailConnection[] = []
  const troubles: MailTrouble[] = []
  const waiting = makeWaiting()
  const { happened } = waiting
  const databases: Database[] = []
  const random = fakeRandom(7)
  let list: ListInForce = listOf(options.contacts ?? [])
  const log = watchedLog(happened)
  const open = (): Database => {
    const key = new Uint8Array(32).fill(9)
    const migrations = [mailSchema, mailNotices, placesSchema, heldStates, draftsApart]
    const database = openDatabase({ file: join(folder, 'mail.db'), key, migrations })
    databases.push(database)
    return database
  }
  const dependencies = (database: Database): MailDependencies => {
    const { address, name, password } = options.account ?? me
    return {
      database,
      clock: options.clock ?? clock,
      random,
      log,
      dns: options.dns ?? fakeDns(),
      account: { address, name, password: () => password },
      servers: options.servers ?? nowhere,
      list: () => list,
      ...ears({ events, connections, troubles, happened }),
    }
  }
  return {
    clock,
    events,
    connections,
    /** What does not work now, as the user is told. */
    troubles,
    log,
    folder,
    /** A service over a database opened anew, as after a start of the app. Another one still open stays open. */
    service(network?: MailNetwork): MailService {
      // Scripted peers go with a clock that stands still, in which no other thread has its turn.
      return createMailService(dependencies(open()), network && { reader: readInPlace, ...network })
    },
    dependencies: () => dependencies(open()),
    /** The database of the service that was made last. */
    database: () => databases.at(-1),
    setContacts: (contacts: readonly ListedContact[]) => {
      list = { ...list, ...listOf(contacts) }
    },
    setList: (next: Partial<ListInForce>) => {
      list = { ...list, ...next }
    },
    /** Tells those who wait that something outside the service happened. */
    happened: waiting.happened,
    until: waiting.until,
    close: () => {
      for (const database of databases) database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Heard = {
  readonly events: SeenEvent[]
  readonly connections: MailConnection[]
  readonly troubles: MailTrouble[]
  readonly happened: () => void
}

/** Keeps what the service says. */
function ears(heard: Heard): Pick<MailDependencies, 'emit' | 'connectionChanged' | 'troublesChanged'> {
  const { events, connections, troubles, happened } = heard
  return {
    emit: (name, value) => {
      events.push({ name, value: { ...value } })
      happened()
    },
    troublesChanged: (now) => {
      troubles.splice(0, troubles.length, ...now)
      happened()
    },
    connectionChanged: (state) => {
      connections.push(state)
      happened()
    },
  }
}

function watchedLog(happened: () => void): Log & { readonly lines: readonly LogLine[] } {
  const log = memoryLog()
  return {
    ...log,
    info: (event, facts) => {
      log.info(event, facts)
      happened()
    },
    warn: (event, facts) => {
      log.warn(event, facts)
      happened()
    },
    error: (event, facts) => {
      log.error(event, facts)
      happened()
    },
  }
}

function makeWaiting() {
  const watchers = new Set<() => void>()
  return {
    happened: (): void => {
      for (const watcher of watchers) watcher()
    },
    /** Resolves once `holds`, looked at after each event; rejects at the deadline. */
    until: (holds: () => boolean, what = 'condition') =>
      new Promise<void>((resolve, reject) => {
        const finish = (act: () => void): void => {
          watchers.delete(look)
          clearTimeout(timer)
          act()
        }
        const look = (): void => {
          if (holds()) finish(resolve)
        }
        const timer = setTimeout(() => finish(() => reject(new Error(`${what}: not within ${deadline} ms`))), deadline)
        watchers.add(look)
        look()
      }),
  }
}

export function listOf(contacts: readonly ListedContact[]): ListInForce {
  const view = createListView(contacts)
  const prepare = () => Promise.resolve()
  return {
    view,
    listId: 'L-alice',
    prepare,
    lease: 'valid',
    onExpiry: 'block',
    unicode: false,
    gatewayKeys: [],
    sendingOff: 'no',
  }
}

export function contactOf(address: string, more: Partial<ListedContact> = {}): ListedContact {
  const parsed = parseAddress(address, { unicode: true })
  if (!parsed.ok) throw new Error(`test address does not parse: ${address}`)
  const { key } = parsed.value
  const name = address.slice(0, address.indexOf('@'))
  const defaults = { scope: 'internal', level: 'login', send: true, receive: true } as const
  return { id: key, name, address, key, ...defaults, ...more }
}

export function chatTo(address: string, text: string): Draft {
  return { kind: 'chat', to: [address], cc: [], bcc: [], subject: '', text }
}
