/** Mails that were begun: several at once, found by their words, gone once they are sent. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contract } from '../../../shared/contract.ts'
import type { MailDraft } from '../../../shared/mail-drafts.ts'
import { openDatabase } from '../database/open.ts'
import type { MailHandlers } from './dependencies.ts'
import { draftsApart, mailNotices, mailSchema, placesSchema } from './schema.ts'
import { createMailStore } from './store/store.ts'
import { takeOverMail } from './store/take-over.ts'
import { chatTo } from './testing/mail-world.ts'
import { bob, carol, minute, type ReceivingWorld, receivingWorld } from './testing/receiving-world.ts'

let world: ReceivingWorld
beforeEach(() => {
  world = receivingWorld({ contacts: [bob, carol] })
})
afterEach(() => world.end())

const empty: MailDraft = { to: [], cc: [], bcc: [], typed: { to: '', cc: '', bcc: '' }, subject: '', text: '' }
const half: MailDraft = {
  ...empty,
  to: ['BOB@corp.test'],
  bcc: ['eve@evil.test'],
  typed: { ...empty.typed, cc: 'car' },
  subject: 'Half',
  text: 'a\nthought 半句',
}

async function save(handlers: MailHandlers, draft: MailDraft, id?: string): Promise<string> {
  await world.clock.advance(minute)
  const saved = await handlers['mailDrafts.save'](id === undefined ? { draft } : { id, draft })
  if (!saved.ok) throw new Error(saved.failure.kind)
  return saved.value.id
}

async function subjects(handlers: MailHandlers, search = ''): Promise<readonly string[]> {
  const listed = await handlers['mailDrafts.list']({ search })
  if (!listed.ok) throw new Error(listed.failure.kind)
  return listed.value.drafts.map(({ subject }) => subject)
}

describe('mails that were begun', () => {
  it('are kept whole, several at once, the one written in last first, over a restart', async () => {
    const { handlers } = world.mail
    const first = await save(handlers, half)
    const second = await save(handlers, { ...empty, subject: 'Second' })
    expect(await subjects(handlers)).toEqual(['Second', 'Half'])
    expect(await save(handlers, { ...half, subject: 'Whole' }, first)).toBe(first)
    const { handlers: later } = world.service()
    expect(await subjects(later)).toEqual(['Whole', 'Second'])
    expect(await later['mailDrafts.get']({ id: first })).toEqual({ ok: true, value: { ...half, subject: 'Whole' } })
    await later['mailDrafts.remove']({ id: second })
    expect(await subjects(handlers)).toEqual(['Whole'])
    expect(await handlers['mailDrafts.get']({ id: second })).toMatchObject({ failure: { kind: 'notFound' } })
    // What another window removed is not lost to the one in which it is still written.
    expect(await save(handlers, half, second)).toBe(second)
    expect(await subjects(handlers)).toEqual(['Half', 'Whole'])
  })

  it('are listed with their people by the list in force, and found by word, name and address', async () => {
    const { handlers } = world.mail
    await save(handlers, half)
    expect(await handlers['mailDrafts.list']({ search: '' })).toMatchObject({
      value: {
        drafts: [
          {
            people: [
              { address: 'bob@corp.test', name: 'Bob Lin' },
              { address: 'eve@evil.test', name: '' },
              { address: 'car', name: '' },
            ],
          },
        ],
      },
    })
    for (const search of ['half', 'THOUGHT', '半句', 'lin bob', 'evil.test']) {
      expect([search, await subjects(handlers, search)]).toEqual([search, ['Half']])
    }
    expect(await subjects(handlers, 'half carol')).toEqual([])
  })

  it('list no conversation', async () => {
    const { handlers } = world.mail
    await save(handlers, half)
    expect(await handlers['conversations.list']({ from: 0, count: 10 })).toMatchObject({ value: { total: 0 } })
  })

  it('are gone in the moment in which they are in the outbox, and stay where the guard refuses', async () => {
    const { handlers } = world.mail
    const id = await save(handlers, half)
    const draft = { ...chatTo('eve@evil.test', 'text'), kind: 'mail', subject: 'Half', begunAs: id } as const
    expect(await handlers['outbox.submit'](draft)).toMatchObject({ failure: { kind: 'refused' } })
    expect(await subjects(handlers)).toEqual(['Half'])
    expect(await handlers['outbox.submit']({ ...draft, to: ['bob@corp.test'] })).toMatchObject({ ok: true })
    expect(await subjects(handlers)).toEqual([])
  })

  it('never touch the draft of a conversation: its address is no id', async () => {
    const { handlers } = world.mail
    await handlers['draft.save']({ conversation: bob.key, text: 'half a line' })
    expect(await subjects(handlers)).toEqual([])
    const calls = contract.calls
    for (const id of [bob.key, '', 'A'.repeat(32)]) {
      expect(calls['mailDrafts.save'].input.safeParse({ id, draft: empty }).success).toBe(false)
      expect(calls['mailDrafts.remove'].input.safeParse({ id }).success).toBe(false)
      expect(calls['outbox.submit'].input.safeParse({ ...chatTo(bob.key, 'x'), begunAs: id }).success).toBe(false)
    }
  })
})

describe('a store of before', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-drafts-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('has each mail that was begun as one of its own, and hands all of them over', () => {
    const old = [mailSchema, mailNotices, placesSchema]
    const open = (name: string, migrations: readonly (readonly string[])[]) =>
      openDatabase({ file: join(folder, name), key: new Uint8Array(32).fill(1), migrations })
    const first = open('a.db', old)
    const rows = [half, { ...empty, subject: 'Second' }]
    first.run("INSERT INTO drafts VALUES ('', ?, 5)", JSON.stringify({ drafts: rows }))
    first.run("INSERT INTO drafts VALUES ('bob@corp.test', 'half a line', 6)")
    first.close()
    const [from, into] = [open('a.db', [...old, draftsApart]), open('b.db', [...old, draftsApart])]
    takeOverMail(from, into)
    const { drafts } = createMailStore(into)
    expect(drafts.mails().map(({ text, at }) => [JSON.parse(text), at])).toEqual(
      expect.arrayContaining([
        [rows[0], 5],
        [rows[1], 5],
      ]),
    )
    expect(drafts.get('bob@corp.test')).toBe('half a line')
    expect(drafts.mails()).toHaveLength(2)
    for (const database of [from, into]) database.close()
  })
})
