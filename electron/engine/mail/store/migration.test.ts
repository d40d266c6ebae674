/** A store of the first version is brought up to date without losing anything. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../../database/open.ts'
import { heldStates, mailNotices, mailSchema, placesSchema } from '../schema.ts'
import { createMailStore } from './store.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-migration-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('places, read marks that wait, and the bytes of held messages are kept', async () => {
  const open = (migrations: readonly (readonly string[])[]) =>
    openDatabase({ file: join(folder, 'mail.db'), key: new Uint8Array(32).fill(1), migrations })
  const old = open([mailSchema])
  const raw = Uint8Array.from({ length: 2_500_000 }, (_, index) => index % 251)
  old.run("INSERT INTO positions VALUES ('INBOX', '7', 9)")
  const people = '{"from":{"address":"bob@corp.test","name":"Bob"},"to":[],"cc":[]}'
  old.run(
    `INSERT INTO messages VALUES (1, 'm', 'bob@corp.test', 'mail', 'in', '<m@x>', '[]', ?, 'Hello', 'text', 0, 5, 1,
    NULL, 'none', 'INBOX', '7', 8, 'pending')`,
    people,
  )
  old.run(
    `INSERT INTO held VALUES (1, 'h', ?, '', '', '', '', 6, 'I3', 'notListed', NULL, NULL, '', 0, 'INBOX', '7', 9, 0, 0)`,
    raw,
  )
  old.close()
  const database = open([mailSchema, mailNotices, placesSchema, heldStates])
  const store = createMailStore(database)
  expect(store.messages.get('m')).toMatchObject({ text: 'text', at: 5, rank: 5, read: true })
  expect(store.places.unseen('INBOX')).toEqual([8])
  expect(store.folders.get('INBOX')).toEqual({ uidValidity: '7', lastUid: 9, history: 0 })
  expect([store.held.total(), store.held.unseen()]).toEqual([1, 1])
  expect(Buffer.compare(await store.held.bytes('h'), raw)).toBe(0)
  expect(store.places.keepOnly('INBOX', new Set([8]), 10)).toBe(true)
  expect(store.held.total()).toBe(0)
  database.close()
})
