/** The encrypted store: what a damaged file, a wrong key and a newer version are. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from '../ground/store-error.ts'
import { type Database, holdExclusively, openDatabase } from './open.ts'

const key = new Uint8Array(32).fill(1)
const migrations = [['CREATE TABLE notes (text TEXT NOT NULL)']]
let folder: string
let file: string
let opened: Database[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-db-'))
  file = join(folder, 'kith.db')
  opened = []
})
afterEach(() => {
  for (const database of opened) database.close()
  rmSync(folder, { recursive: true })
})

function open(over: { key?: Uint8Array; migrations?: readonly (readonly string[])[] } = {}): Database {
  const database = openDatabase({ file, key, migrations, ...over })
  opened.push(database)
  return database
}

function kindOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof StoreError) return error.kind
    throw error
  }
  return 'none'
}

describe('the encrypted store', () => {
  it('holds nothing readable, in the file and in its WAL', () => {
    const database = open()
    database.run('INSERT INTO notes VALUES (?)', 'a marker nobody may find')
    const readable = readdirSync(folder).filter((name) => {
      const bytes = readFileSync(join(folder, name))
      return bytes.includes('marker') || bytes.includes('CREATE TABLE')
    })
    expect(readable).toEqual([])
    database.close()
    expect(readFileSync(file).subarray(0, 15).toString()).not.toBe('SQLite format 3')
    expect(open().all<{ text: string }>('SELECT text FROM notes')).toEqual([{ text: 'a marker nobody may find' }])
  })

  it('another key, a flipped bit and a foreign file are storeDamaged', () => {
    const database = open()
    for (let n = 0; n < 100; n += 1) database.run('INSERT INTO notes VALUES (?)', `note ${n} ${'x'.repeat(200)}`)
    database.close()
    expect(kindOf(() => open({ key: new Uint8Array(32).fill(2) }))).toBe('storeDamaged')
    const bytes = readFileSync(file)
    bytes[10_000] = (bytes[10_000] ?? 0) ^ 1
    writeFileSync(file, bytes)
    const damaged = open()
    expect(kindOf(() => damaged.all('SELECT text FROM notes'))).toBe('storeDamaged')
    damaged.close()
    writeFileSync(file, 'this was never a database, whatever its name says'.repeat(100))
    expect(kindOf(() => open())).toBe('storeDamaged')
  })

  it('a store of a later app is left alone', () => {
    open({ migrations: [...migrations, ['CREATE TABLE later (x)']] }).close()
    expect(kindOf(() => open())).toBe('storeDamaged')
  })

  it('migrations run once each, all or none', () => {
    open().close()
    const broken = [...migrations, ['CREATE TABLE second (x)', 'this is no SQL']]
    expect(() => open({ migrations: broken })).toThrow('syntax error')
    const database = open({ migrations: [...migrations, ['CREATE TABLE second (x)']] })
    expect(database.get('SELECT count(*) AS n FROM second')).toEqual({ n: 0 })
  })

  it('a full disk is diskFull, and the transaction never was', () => {
    const database = open()
    database.run('INSERT INTO notes VALUES (?)', 'kept')
    database.get('PRAGMA max_page_count = 3')
    const fill = () =>
      database.transaction(() => {
        for (let n = 0; n < 100; n += 1) database.run('INSERT INTO notes VALUES (?)', 'y'.repeat(1_000))
      })
    expect(kindOf(fill)).toBe('diskFull')
    expect(database.all('SELECT text FROM notes')).toEqual([{ text: 'kept' }])
  })

  it('a store that may not be written or opened is diskFailing, one that another holds is busy', () => {
    const database = open()
    database.run('PRAGMA query_only = 1')
    expect(kindOf(() => database.run('INSERT INTO notes VALUES (?)', 'x'))).toBe('diskFailing')
    database.run('PRAGMA query_only = 0')
    const other = open()
    other.get('PRAGMA busy_timeout = 0')
    const write = () => other.run('INSERT INTO notes VALUES (?)', 'x')
    expect(database.transaction(() => kindOf(write))).toBe('busy')
    file = folder
    expect(kindOf(() => open())).toBe('diskFailing')
  })

  it('one holder of a lock at a time, in this process and in others', () => {
    const lock = holdExclusively(join(folder, 'engine.lock'))
    expect(lock).toBeDefined()
    expect(holdExclusively(join(folder, 'engine.lock'))).toBeUndefined()
    lock?.release()
    const next = holdExclusively(join(folder, 'engine.lock'))
    expect(next).toBeDefined()
    next?.release()
  })
})
