/** A profile, its ports and the engines on it, for integration tests. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contract, type KithContract } from '../../../shared/contract.ts'
import {
  type CallName,
  connect,
  type EventEnvelope,
  type Input,
  type Output,
  type Result,
} from '../../../shared/rpc.ts'
import type { Session } from '../../../shared/session.ts'
import { type Enrolment, parseEnrolment } from '../../../shared/whitelist/enrolment.ts'
import { type Engine, openEngine } from '../engine.ts'
import type { Ports } from '../ground/ports.ts'
import { systemClock, systemRandom } from '../ground/system-ports.ts'
import { fakeDns, type MemoryStore, memoryLog, memoryStore } from './fakes.ts'

/** Longest wait for anything, in milliseconds: more than the longest pause of a back-off. */
const waitLimit = 90_000

export type TestEngine = {
  readonly engine: Engine
  readonly events: readonly EventEnvelope[]
  readonly call: <N extends CallName<KithContract>>(
    name: N,
    input: Input<KithContract, N>,
  ) => Promise<Result<Output<KithContract, N>>>
  /** The call's value; fails the test when the call fails. */
  readonly value: <N extends CallName<KithContract>>(
    name: N,
    input: Input<KithContract, N>,
  ) => Promise<Output<KithContract, N>>
  /** Resolves when the session is as wanted. */
  readonly session: (wanted: (session: Session) => boolean) => Promise<Session>
  /** Resolves with the next event of that name that is as wanted, from now on. */
  readonly next: (name: string, wanted?: (value: unknown) => boolean) => Promise<unknown>
  readonly names: (search?: string) => Promise<readonly string[]>
}

export type EngineWorld = {
  readonly profile: string
  readonly secrets: MemoryStore
  readonly log: ReturnType<typeof memoryLog>
  readonly open: (change?: Partial<Ports>) => Promise<TestEngine>
  readonly close: () => Promise<void>
  /** All files of the profile with their bytes. */
  readonly files: () => readonly { readonly name: string; readonly bytes: Buffer }[]
  /** Which of the texts stand in which file of the profile, readable. */
  readonly leaks: (texts: readonly string[]) => readonly string[]
  readonly remove: () => Promise<void>
}

/** `secrets`: the keychain, where it is another profile's as well. */
export function engineWorld(provisioned: readonly Enrolment[], secrets: MemoryStore = memoryStore()): EngineWorld {
  const profile = mkdtempSync(join(tmpdir(), 'kith-engine-'))
  const log = memoryLog()
  let running: Engine[] = []
  const close = async (): Promise<void> => {
    const ending = running
    running = []
    await Promise.all(ending.map((engine) => engine.close()))
  }
  const files = () =>
    readdirSync(profile, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const name = join(entry.parentPath, entry.name)
      return entry.isFile() ? [{ name, bytes: readFileSync(name) }] : []
    })
  return {
    profile,
    secrets,
    log,
    open: async (change = {}) => {
      const ports: Ports = {
        profile,
        secrets,
        clock: systemClock,
        random: systemRandom,
        log,
        dns: fakeDns(),
        appVersion: '9.0.0',
        deviceName: 'desk (desktop)',
        systemLanguage: 'en',
        provisioned,
        consent: { confirm: async () => true, loopback: 'allowed' },
        ...change,
      }
      const engine = await openEngine(ports)
      running.push(engine)
      return testEngine(engine)
    },
    close,
    files,
    leaks: (texts) =>
      files().flatMap(({ name, bytes }) =>
        texts.filter((text) => bytes.includes(text)).map((text) => `${text} in ${name}`),
      ),
    remove: async () => {
      await close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

function testEngine(engine: Engine): TestEngine {
  const events: EventEnvelope[] = []
  const watchers = new Set<(event: EventEnvelope) => void>()
  const host = connect(contract, { send: engine.serve, listen: engine.listen })
  engine.listen((event) => {
    events.push(event)
    for (const watch of watchers) watch(event)
  })
  const watchFor = (name: string, wanted: (value: unknown) => boolean) => {
    let cancel = (): void => undefined
    const seen = new Promise<unknown>((resolve, reject) => {
      const watch = (event: EventEnvelope): void => {
        if (event.name !== name || !wanted(event.value)) return
        cancel()
        resolve(event.value)
      }
      const timer = setTimeout(() => {
        cancel()
        reject(new Error(`no ${name} in time; last: ${JSON.stringify(events.slice(-5))}`))
      }, waitLimit)
      cancel = () => {
        clearTimeout(timer)
        watchers.delete(watch)
      }
      watchers.add(watch)
    })
    return { seen, cancel }
  }
  const value: TestEngine['value'] = async (name, input) => {
    const result = await host.call(name, input)
    if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.failure)}`)
    return result.value
  }
  return {
    engine,
    events,
    call: host.call.bind(host),
    value,
    next: (name, wanted = () => true) => watchFor(name, wanted).seen,
    session: async (wanted) => {
      const isWanted = (candidate: unknown): boolean => {
        const parsed = contract.events['session.changed'].safeParse(candidate)
        return parsed.success && wanted(parsed.data)
      }
      const waiting = watchFor('session.changed', isWanted)
      const now = await value('session.state', {})
      if (wanted(now)) waiting.cancel()
      else await waiting.seen
      return value('session.state', {})
    },
    names: async (search = '') => {
      const { rows } = await value('contacts.query', { search, from: 0, count: 500 })
      return rows.flatMap((row) => (row.row === 'contact' ? [row.contact.name] : []))
    },
  }
}

/** What the administrator's `enrol` printed. */
export function enrolmentOf(printed: unknown): { readonly text: string; readonly enrolment: Enrolment } {
  const text = typeof printed === 'object' && printed !== null && 'code' in printed ? String(printed.code) : ''
  const enrolment = parseEnrolment(text)
  if (!enrolment) throw new Error(`no enrolment code in ${JSON.stringify(printed)}`)
  return { text, enrolment }
}
