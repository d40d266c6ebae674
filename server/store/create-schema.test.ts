import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backendOf } from '../settings/open-configured.ts'
import { overEach, type TestStore } from '../testing/stores.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

overEach((stores) => {
  let fresh: TestStore
  let db: Database
  beforeEach(async () => {
    fresh = await stores.fresh()
    const store = await fresh.open()
    await store.journal.setSetting('kept', 'yes')
    await store.lists.announce({ kind: 'list', list: 'L-a', epoch: 1, version: 1, at: 1 })
    db = new Kysely<Tables>({ dialect: (await backendOf(fresh.settings, fresh.folder)).dialect })
  })
  afterEach(async () => {
    await db.destroy()
  })

  test('a store of an older program gets the tables and columns that it lacks, and keeps its rows', async () => {
    await sql`drop table mail_messages`.execute(db)
    await sql`drop table reports`.execute(db)
    await sql`alter table outbox drop column kind`.execute(db)
    await sql`alter table outbox drop column at`.execute(db)
    const [one, two] = await Promise.all([fresh.open(), fresh.open()])
    expect(await one.lists.announcedAfter(0)).toEqual([{ id: 1, kind: '', list: 'L-a', epoch: 1, version: 1 }])
    expect(await two.journal.setting('kept')).toBe('yes')
    await one.journal.addReport({ user: 'a', device: 'd', kind: 'fork', at: 1 })
    await two.lists.announce({ kind: 'access', list: 'L-a', epoch: 1, version: 1, at: 1 })
    expect((await one.lists.announcedAfter(1)).map(({ kind: told }) => told)).toEqual(['access'])
  })

  test('what a later program added does not disturb', async () => {
    await sql`alter table users add column later text not null default ''`.execute(db)
    await sql`create table later (id text)`.execute(db)
    const store = await fresh.open()
    const common = {
      department: '',
      sponsor: '',
      expires: 0,
      name: '',
      argon2: '',
      scope: 'internal',
      state: 'active',
      created_at: 1,
      address: '',
    } as const
    await store.users.add({ ...common, id: 'a', address_key: 'a' })
    expect(await store.users.get('a')).toMatchObject({ id: 'a' })
  })

  test('many who open a new store at once make it once', async () => {
    const empty = await stores.fresh()
    const all = await Promise.all(Array.from({ length: 6 }, () => empty.open()))
    expect(await Promise.all(all.map((store) => store.journal.setting('schema')))).toEqual(Array(6).fill('3'))
  })
})
