/** Syncs: what is checked, written, acknowledged and refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ListChange, WhitelistStatus } from '../../../shared/contract.ts'
import { writeSyncAnswer } from '../../../shared/soap/operations.ts'
import { type SignedCommand, signCommand } from '../../../shared/whitelist/command.ts'
import { entryText } from '../../../shared/whitelist/entry.ts'
import type { SyncRequest } from '../../../shared/whitelist/request.ts'
import {
  type AnswerOptions,
  addOps,
  emptyList,
  nextVersion,
  type TestList,
  testAnswer,
  testEntry,
  testNow,
  testOrg,
  testState,
} from '../../../shared/whitelist/testing.ts'
import { createListRepository } from '../database/list-repository.ts'
import { type Database, openDatabase } from '../database/open.ts'
import { recordsSchema } from '../database/schema.ts'
import { primitives } from '../keys/primitives.ts'
import type { Ratchet } from '../keys/ratchet.ts'
import type { SignedCalls } from '../link/signed-calls.ts'
import { fakeClock, memoryLog } from '../testing/fakes.ts'
import { createListKeeper } from './list-keeper.ts'
import { createWhitelistSync } from './whitelist-sync.ts'

const key = new Uint8Array(32).fill(7)
let folder: string
let database: Database
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-sync-'))
  database = open()
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})
const open = () => openDatabase({ file: join(folder, 'kith.db'), key, migrations: [recordsSchema] })

/** The store, the sync over it, and a server that answers as `answer` says. */
function start(list: TestList) {
  const { org } = list
  const happened: string[] = []
  const world = {
    list,
    optionsFor: (_request: SyncRequest): AnswerOptions => ({}),
    /** Changes the answer's fields on their way. */
    spoil: (_request: SyncRequest, fields: ReadonlyMap<string, string>): ReadonlyMap<string, string> => fields,
    asked: [] as SyncRequest[],
    commands: [] as SignedCommand[],
    statuses: [] as WhitelistStatus[],
    changes: [] as ListChange[],
    ratchets: [] as Ratchet[],
    happened,
  }
  const stored = createListRepository(database).read()
  const keeper = createListKeeper(createListRepository(database), stored)
  if (!stored) keeper.begin(testState(org))
  const clock = fakeClock(testNow)
  let seq = 0
  const calls: SignedCalls = {
    call: async (action, make) => {
      seq += 1
      const { usr, dev } = org.identity
      const non = Buffer.from(org.random(24)).toString('base64')
      const request: unknown = make({ usr, dev, non, seq })
      happened.push(`${action}${action === 'Report' ? ` ${JSON.stringify(request).match(/"what":"(\w+)"/)?.[1]}` : ''}`)
      if (action !== 'Sync') return { ok: true, value: new Map() }
      const asked = request as SyncRequest
      world.asked.push(asked)
      return {
        ok: true,
        value: world.spoil(asked, writeSyncAnswer(testAnswer(world.list, asked, world.optionsFor(asked)))),
      }
    },
  }
  const sync = createWhitelistSync({
    calls,
    keeper,
    primitives,
    boxSecret: () => org.keys.deviceBox.secret,
    writeRatchet: async (ratchet) => {
      happened.push('ratchet')
      world.ratchets.push(ratchet)
    },
    clock,
    log: memoryLog(),
    confirmed: () => undefined,
    statusChanged: (status) => world.statuses.push(status),
    listChanged: (change) => {
      happened.push('listChanged')
      world.changes.push(change)
    },
    commands: async (commands) => {
      world.commands.push(...commands)
    },
  })
  return { ...world, world, sync, keeper, clock }
}

const org = testOrg(primitives)
const firstList = () => nextVersion(emptyList(org), addOps(1, 20))

describe('protocol 6: a sync', () => {
  it('15, 16: one transaction, then the ratchet copy, only then the acknowledgement', async () => {
    const { sync, keeper, happened, ratchets } = start(firstList())
    expect(await sync.sync()).toEqual({ ok: true, value: { added: 20, changed: 0, removed: 0, version: 1 } })
    expect(happened).toEqual(['Sync', 'ratchet', 'listChanged', 'Ack'])
    expect(ratchets).toMatchObject([{ epoch: 1, version: 1, head: keeper.state()?.head }])
    const kept = createListRepository(database).read()
    expect(kept?.state.entries.size).toBe(20)
    expect(kept?.state.acc).toBe(keeper.state()?.acc)
  })

  it('goes on from the store after a restart, by a delta', async () => {
    const list = firstList()
    await start(list).sync.sync()
    const next = nextVersion(list, [
      { op: 'put', e: testEntry(3, { rev: 2, n: 'Renamed' }) },
      { op: 'del', id: testEntry(5).id },
      { op: 'put', e: testEntry(77) },
    ])
    const { sync, keeper, world } = start(next)
    expect(keeper.contacts.index.size).toBe(20)
    expect(await sync.sync()).toEqual({ ok: true, value: { added: 1, changed: 1, removed: 1, version: 2 } })
    expect(world.asked).toMatchObject([{ ver: 1, want: 'auto' }])
    expect(keeper.contacts.index.query('renamed', 0, 5).contacts).toBe(1)
    expect(keeper.contacts.view.find(testEntry(5).m)).toBeUndefined()
    expect(createListRepository(database).read()?.state.entries.size).toBe(20)
  })

  it('a large list comes in parts, shows its progress, and is applied when all are there', async () => {
    const { sync, world, keeper } = start(nextVersion(emptyList(org), addOps(1, 250)))
    const texts = [...world.list.entries.values()].map(({ entry }) => entryText(entry))
    world.optionsFor = ({ part }) => ({
      content: { kind: 'full', entries: texts.slice(part * 100, part * 100 + 100), part, parts: 3 },
    })
    expect(await sync.sync()).toMatchObject({ ok: true, value: { added: 250 } })
    expect(world.asked.map((request) => request.part)).toEqual([0, 1, 2])
    expect(world.statuses.flatMap(({ progress }) => progress ?? [])).toEqual([
      { done: 1, total: 3 },
      { done: 2, total: 3 },
    ])
    expect(keeper.contacts.index.size).toBe(250)
  })

  it('a part that is missing: nothing of the others is applied', async () => {
    const { sync, world, keeper } = start(nextVersion(emptyList(org), addOps(1, 250)))
    const texts = [...world.list.entries.values()].map(({ entry }) => entryText(entry))
    world.optionsFor = ({ part }) => {
      const sent = Math.min(part, 1)
      return { content: { kind: 'full', entries: texts.slice(sent * 100, sent * 100 + 100), part: sent, parts: 3 } }
    }
    expect(await sync.sync()).toMatchObject({ ok: false, failure: { kind: 'busy' } })
    expect(world.asked.length).toBeLessThan(20)
    expect(keeper.contacts.index.size).toBe(0)
    expect(createListRepository(database).read()?.state.entries.size).toBe(0)
  })

  it('a refused answer moves nothing, is reported, and is followed by one full list', async () => {
    const list = firstList()
    await start(list).sync.sync()
    const { sync, world, keeper, happened } = start(nextVersion(list, addOps(30, 31)))
    const before = keeper.state()
    let spoilt = 0
    world.spoil = (_request, fields) => {
      spoilt += 1
      return spoilt === 1 ? new Map([...fields, ['freshSig', Buffer.alloc(64).toString('base64')]]) : fields
    }
    expect(await sync.sync()).toMatchObject({ ok: true, value: { added: 2 } })
    expect(world.asked.map((request) => request.want)).toEqual(['auto', 'full'])
    expect(happened.slice(0, 3)).toEqual(['Sync', 'Report freshSignature', 'Sync'])
    expect(before?.ver).toBe(1)
  })

  it('refused twice: the old list stays in force, here and on disk, and the status says why', async () => {
    const list = firstList()
    await start(list).sync.sync()
    const { sync, world, keeper, happened } = start(nextVersion(list, addOps(30, 31)))
    world.optionsFor = () => ({ freshSeed: org.keys.stranger.secret })
    expect(await sync.sync()).toEqual({ ok: false, failure: { kind: 'listRefused' } })
    expect(keeper.state()?.ver).toBe(1)
    expect(createListRepository(database).read()?.state.ver).toBe(1)
    expect(happened).not.toContain('ratchet')
    expect(happened).not.toContain('Ack')
    expect(sync.status()).toMatchObject({ state: 'failed', failure: 'listRefused', version: 1 })
  })

  it('a fork raises the alarm', async () => {
    const list = firstList()
    await start(list).sync.sync()
    const other = nextVersion(nextVersion(emptyList(org), addOps(1, 19)), addOps(40, 40))
    const { sync, happened, keeper } = start(other)
    expect(await sync.sync()).toMatchObject({ ok: false, failure: { kind: 'listRefused' } })
    expect(happened).toContain('Report fork')
    expect(keeper.contacts.index.size).toBe(20)
  })

  it('a full disk moves nothing and says so; with room again it goes on', async () => {
    const list = firstList()
    await start(list).sync.sync()
    const { sync, keeper } = start(nextVersion(list, addOps(100, 2_000)))
    const pages = database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0
    database.get(`PRAGMA max_page_count = ${pages + 1}`)
    expect(await sync.sync()).toEqual({ ok: false, failure: { kind: 'diskFull' } })
    expect(keeper.contacts.index.size).toBe(20)
    expect(keeper.state()?.ver).toBe(1)
    database.get('PRAGMA max_page_count = 1000000')
    expect(await sync.sync()).toMatchObject({ ok: true, value: { version: 2 } })
  })

  it('9: a command signed by the policy key is handed on, one by the fresh key is not', async () => {
    const command = { t: 'cmd', org: 'org1', dev: 'd1', cmd: 'wipe', scope: 'all', id: 'w1', iat: testNow } as const
    const good = start(firstList())
    good.world.optionsFor = () => ({ commands: [signCommand(primitives, command, org.keys.policy.secret)] })
    await good.sync.sync()
    expect(good.world.commands.map(({ c }) => c.id)).toEqual(['w1'])
    const bad = start(firstList())
    bad.world.optionsFor = () => ({ commands: [signCommand(primitives, command, org.keys.fresh.secret)] })
    await bad.sync.sync()
    expect(bad.world.commands).toEqual([])
  })

  it('two callers at once share one round', async () => {
    const { sync, world } = start(firstList())
    const [a, b] = await Promise.all([sync.sync(), sync.sync()])
    expect(a).toBe(b)
    expect(world.asked).toHaveLength(1)
  })

  it('7: the button is refused within two seconds, and where the policy gives only the server the update', async () => {
    const { sync, clock } = start(firstList())
    expect(await sync.refresh()).toMatchObject({ ok: true })
    expect(await sync.refresh()).toMatchObject({ ok: false, failure: { kind: 'rateLimited' } })
    await clock.advance(2_000)
    expect(await sync.refresh()).toMatchObject({ ok: true })
    const pushed = start(nextVersion(firstList(), [], { pol: { on: 'block', upd: 'server' } }))
    await pushed.sync.sync()
    expect(await pushed.sync.refresh()).toEqual({ ok: false, failure: { kind: 'refused' } })
  })

  it('a rollback noticed at the start asks for the full list and tells the administrator first', async () => {
    const list = firstList()
    await start(list).sync.sync()
    const { sync, world, happened } = start(nextVersion(list, addOps(30, 31)))
    sync.askFull('localRollback')
    expect(await sync.sync()).toMatchObject({ ok: true })
    expect(happened[0]).toBe('Report localRollback')
    expect(world.asked).toMatchObject([{ want: 'full' }])
    await sync.sync()
    expect(world.asked[1]).toMatchObject({ want: 'auto' })
  })
})
