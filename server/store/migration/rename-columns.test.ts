import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backendOf } from '../../settings/open-configured.ts'
import { makeOld } from '../../testing/old-store.ts'
import { overEach, type TestStore } from '../../testing/stores.ts'
import type { Database, DialectTraits } from '../database.ts'
import { allShapes } from '../schema.ts'
import type { Tables } from '../tables.ts'
import { sumsOf } from './copy.ts'

overEach((stores) => {
  let fresh: TestStore
  let db: Database
  let traits: DialectTraits
  beforeEach(async () => {
    fresh = await stores.fresh()
    await (await fresh.open()).close()
    const backend = await backendOf(fresh.settings, fresh.folder)
    traits = backend.traits
    db = new Kysely<Tables>({ dialect: backend.dialect })
    for (const name of Object.keys(allShapes)) await addRow(name)
  })
  afterEach(() => db.destroy())

  test('a store of schema 1 opens with all that it holds, however many open it at once', async () => {
    const before = await sumsOf({ db, traits })
    const indexes = await indexesOf()
    await makeOld(db)
    await expect(sumsOf({ db, traits })).rejects.toThrow(/column/)
    const all = await Promise.all(Array.from({ length: 4 }, () => fresh.open()))
    expect(await sumsOf({ db, traits })).toEqual(before)
    expect(await indexesOf()).toEqual(indexes)
    expect(await all[3]?.journal.setting('schema')).toBe('3')
    expect(await all[0]?.lists.ofUser('lists.user')).toMatchObject({ version: 3, epoch: 2, count: 6 })
    // A store that is up to date is not written to when it is opened: nobody waits for whoever is writing.
    await all[0]?.transaction(() => fresh.open())
    // The keys and what is unique are what they were.
    await expect(addRow('members')).rejects.toThrow(/unique/i)
    await expect(addRow('lists')).rejects.toThrow(/unique/i)
  })

  test('a store from before the setting, too', async () => {
    const before = await sumsOf({ db, traits })
    await makeOld(db)
    await sql`delete from settings where name = 'schema'`.execute(db)
    const store = await fresh.open()
    expect(await store.journal.setting('schema')).toBe('3')
    expect(await sumsOf({ db, traits })).toEqual(before)
    expect(await store.lists.ofUser('lists.user')).toMatchObject({ version: 3, epoch: 2, count: 6 })
  })

  test('a store of schema 1 that lacks a table and a column gets both under their new names', async () => {
    await makeOld(db)
    await sql`drop table reports`.execute(db)
    await sql`alter table enrolments drop column dev`.execute(db)
    const store = await fresh.open()
    await store.journal.addReport({ user: 'a', device: 'd', kind: 'fork', at: 1 })
    expect(await store.access.enrolment('enrolments.hash')).toMatchObject({ user: 'enrolments.user', device: '' })
  })

  test('where the renaming fails the store stays as it was', async () => {
    await makeOld(db)
    await sql`alter table usage add column "user" text not null default ''`.execute(db)
    await expect(fresh.open()).rejects.toThrow(/"?user"?/)
    const { rows } = await sql<{ usr: string }>`select usr from devices`.execute(db)
    expect(rows).toEqual([{ usr: 'devices.user' }])
    await sql`alter table usage drop column "user"`.execute(db)
    expect(await (await fresh.open()).devices.list()).toMatchObject([{ user: 'devices.user', ack_version: 8 }])
  })

  /** A value of its own in each column; what refers to another row refers to its first. */
  async function addRow(name: string): Promise<void> {
    const shape: { readonly columns: object; readonly references?: object } = Object(Reflect.get(allShapes, name))
    const columns = Object.entries(shape.columns).filter(([, kind]) => kind !== 'counter')
    const values = columns.map(([column, kind], at) => {
      if (column in (shape.references ?? {})) return 1
      if (kind === 'number') return at
      return kind === 'bytes' ? Buffer.from(`${name}.${column}`) : `${name}.${column}`
    })
    const names = sql.join(columns.map(([column]) => sql.ref(column)))
    await sql`insert into ${sql.table(name)} (${names}) values (${sql.join(values)})`.execute(db)
  }

  async function indexesOf(): Promise<readonly string[]> {
    const query = traits.rowLocks
      ? sql<{ name: string }>`select indexname as name from pg_indexes where schemaname = 'public'`
      : sql<{ name: string }>`select name from sqlite_master where type = 'index'`
    return (await query.execute(db)).rows.map(({ name }) => name).sort()
  }
})
