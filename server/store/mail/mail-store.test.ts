import { Kysely } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { backendOf } from '../../settings/open-configured.ts'
import { overEach, type TestStore } from '../../testing/stores.ts'
import { sumsOf } from '../migration/copy.ts'
import type { Store } from '../store.ts'
import type { Tables } from '../tables.ts'
import { putFirst, putRest } from './mail-contents.ts'
import type { MailFolder, NewMessage } from './mail-store.ts'

let fresh: TestStore
let store: Store
let inbox: MailFolder
function message(text: string, flags: readonly string[] = []): NewMessage {
  return { raw: Buffer.from(text), summary: { envelope: '[]', structure: '[]' }, flags, received: 1 }
}

async function uids(path = 'INBOX'): Promise<readonly number[]> {
  return (await store.mail.open('alice', path))?.uids ?? []
}

overEach((stores) => {
  beforeEach(async () => {
    fresh = await stores.fresh()
    store = await fresh.open()
    const [first] = await store.mail.folders('alice', 1_000_000)
    if (!first) throw new Error('no INBOX')
    inbox = first
  })

  describe('folders', () => {
    it('makes the standard ones once, each with a UIDVALIDITY of its own', async () => {
      const again = await store.mail.folders('alice', 9_000_000)
      expect(again.map(({ path }) => path)).toEqual(['INBOX', 'Sent', 'Drafts', 'Trash'])
      expect(new Set(again.map(({ uidValidity }) => uidValidity)).size).toBe(4)
      const [other] = await store.mail.folders('bob', 1_000)
      expect(Math.min(other?.uidValidity ?? 0)).toBeGreaterThan(
        Math.max(...again.map(({ uidValidity }) => uidValidity)),
      )
    })

    it('two at once make them once', async () => {
      const both = await Promise.all([store.mail.folders('carol', 1), store.mail.folders('carol', 1)])
      expect(both.map((folders) => folders.length)).toEqual([4, 4])
    })

    it('refuses paths with wildcards or controls', async () => {
      for (const path of ['a*', 'a%', 'a\r\nb', '', 'x'.repeat(251)]) {
        expect(await store.mail.createFolder('alice', path, 1)).toBe('CANNOT')
      }
    })

    it('deletes a folder’s messages with it, but not bytes that a copy shares', async () => {
      const made = await store.mail.createFolder('alice', 'Old', 1)
      if (typeof made === 'string') throw new Error(made)
      await store.mail.append(made.id, message('kept'))
      await store.mail.append(made.id, message('lost'))
      await store.mail.copy(made.id, [1], { folder: inbox.id, move: false })
      const [kept, lost] = await store.mail.messages(made.id, [1, 2])
      await store.mail.deleteFolder('alice', 'Old')
      expect(Buffer.from((await store.mail.raw(kept?.content ?? 0)) ?? []).toString()).toBe('kept')
      expect(await store.mail.raw(lost?.content ?? 0)).toBeUndefined()
    })
  })

  describe('messages', () => {
    it('gives UIDs and modification numbers that only rise', async () => {
      const added = [await store.mail.append(inbox.id, message('a')), await store.mail.append(inbox.id, message('b'))]
      expect(added.map((one) => one?.uid)).toEqual([1, 2])
      await store.mail.setFlags(inbox.id, [2], { action: 'add', flags: ['\\Deleted'] })
      expect(await store.mail.expunge(inbox.id)).toEqual([{ uid: 2, modseq: 5 }])
      expect((await store.mail.append(inbox.id, message('c')))?.uid).toBe(3)
      expect(await uids()).toEqual([1, 3])
    })

    it('expunge of named messages takes only those that are marked', async () => {
      for (const text of ['a', 'b', 'c']) await store.mail.append(inbox.id, message(text, ['\\Deleted']))
      await store.mail.setFlags(inbox.id, [2], { action: 'remove', flags: ['\\Deleted'] })
      expect((await store.mail.expunge(inbox.id, [1, 2])).map(({ uid }) => uid)).toEqual([1])
      expect(await uids()).toEqual([2, 3])
    })

    it('changes nothing where flags are as wanted already', async () => {
      await store.mail.append(inbox.id, message('a', ['\\Seen']))
      const same = await store.mail.setFlags(inbox.id, [1, 99], { action: 'add', flags: ['\\Seen'] })
      expect(same).toEqual({ changed: [], conflicts: [] })
      expect(await store.mail.counts(inbox.id)).toEqual({ messages: 1, unseen: 0 })
    })

    it('counts an empty folder', async () => {
      expect(await store.mail.counts(inbox.id)).toEqual({ messages: 0, unseen: 0 })
    })

    it('moves more messages than one statement holds', async () => {
      const all = Array.from({ length: 1_500 }, (_, at) => at + 1)
      await store.transaction(async ({ mail }) => {
        for (const at of all) await mail.append(inbox.id, message(`number ${at}`))
      })
      const trash = await store.mail.folder('alice', 'Trash')
      const copied = await store.mail.copy(inbox.id, all, { folder: trash?.id ?? 0, move: true })
      expect(copied.map(({ to }) => to)).toEqual(all)
      expect(await uids()).toEqual([])
      expect(await uids('Trash')).toEqual(all)
    })
  })

  describe('large messages', () => {
    const raw = Uint8Array.from({ length: 2_500_000 }, (_, at) => at % 251)
    const large = { ...message(''), raw }

    it('are read as they were stored, a copy and what is left after it too', async () => {
      const added = await store.mail.append(inbox.id, large)
      await store.mail.copy(inbox.id, [added?.uid ?? 0], { folder: inbox.id, move: false })
      await store.mail.setFlags(inbox.id, [1], { action: 'add', flags: ['\\Deleted'] })
      await store.mail.expunge(inbox.id)
      const [left] = await store.mail.messages(inbox.id, await uids())
      expect(left?.size).toBe(raw.length)
      expect(Buffer.compare((await store.mail.raw(left?.content ?? 0)) ?? new Uint8Array(), raw)).toBe(0)
      const beginning = await store.mail.beginning(left?.content ?? 0)
      expect(Buffer.compare(beginning ?? new Uint8Array(), raw.subarray(0, 1_048_576))).toBe(0)
    })

    it('others get their turn while one is stored and read', async () => {
      let turns = 0
      let ended = false
      const turn = () => {
        turns += 1
        if (!ended) setImmediate(turn)
      }
      setImmediate(turn)
      await store.mail.append(inbox.id, large)
      expect(turns).toBeGreaterThanOrEqual(2)
      const stored = turns
      const [one] = await store.mail.messages(inbox.id, [1])
      await store.mail.raw(one?.content ?? 0)
      expect(turns).toBeGreaterThanOrEqual(stored + 2)
      ended = true
    })

    it('leave nothing where no message names them: gone folder, second submission, failure', async () => {
      expect(await store.mail.append(9_999, large)).toBeUndefined()
      const delivery = { account: 'alice', message: large, submission: { account: 'bob', messageId: '<1@x>' } }
      await store.mail.deliver([delivery], 1)
      const first = await kept()
      await store.mail.deliver([delivery], 2)
      const bad = { account: 'alice', message: { ...large, received: Number.NaN } }
      await expect(store.mail.deliver([bad], 3)).rejects.toThrow(/NOT NULL|bigint/)
      expect(await kept()).toEqual(first)
    })

    it('that a crash cut off are removed at the next start', async () => {
      await store.mail.append(inbox.id, large)
      const first = await kept()
      const backend = await backendOf(fresh.settings, fresh.folder)
      const db = new Kysely<Tables>({ dialect: backend.dialect })
      const content = await putFirst(db, raw, { envelope: '[]', structure: '[]' })
      await putRest(db, content, raw)
      await db.destroy()
      expect(await kept()).not.toEqual(first)
      await store.mail.removeUnfinished()
      expect(await kept()).toEqual(first)
    })

    /** What the tables of bytes hold. */
    async function kept(): Promise<unknown> {
      const backend = await backendOf(fresh.settings, fresh.folder)
      const db = new Kysely<Tables>({ dialect: backend.dialect })
      const sums = await sumsOf({ db, traits: backend.traits })
      await db.destroy()
      return [sums['mail_contents']?.rows, sums['mail_pieces']]
    }
  })

  describe('deliveries', () => {
    const submission = { account: 'bob', messageId: '<1@x>' }

    it('happen once a submission and recipient, and again for another submitter', async () => {
      const twice = [message('a'), message('a')].map((one) => ({ account: 'alice', message: one, submission }))
      expect(await store.mail.deliver(twice, 1)).toHaveLength(1)
      expect(await store.mail.deliver(twice, 2)).toHaveLength(0)
      const other = { account: 'alice', message: message('a'), submission: { ...submission, account: 'carol' } }
      expect(await store.mail.deliver([other], 3)).toHaveLength(1)
      expect(await uids()).toEqual([1, 2])
    })

    it('are forgotten after their time', async () => {
      const one = [{ account: 'alice', message: message('a'), submission }]
      await store.mail.deliver(one, 10)
      await store.mail.forgetSubmissions(10)
      expect(await store.mail.deliver(one, 11)).toHaveLength(0)
      await store.mail.forgetSubmissions(11)
      expect(await store.mail.deliver(one, 12)).toHaveLength(1)
    })

    it('are all stored or none', async () => {
      const bad: NewMessage = { ...message('b'), received: Number.NaN }
      const both = [message('a'), bad].map((one) => ({ account: 'alice', message: one }))
      await expect(store.mail.deliver(both, 1)).rejects.toThrow(/NOT NULL|bigint/)
      expect(await uids()).toEqual([])
    })
  })
})
