import type { FetchQueryObject, ImapFlow } from 'imapflow'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { contact, startTestMail, type TestMail } from '../testing/mail-harness.ts'

let mail: TestMail
let client: ImapFlow
beforeAll(async () => {
  mail = await startTestMail()
})
afterAll(() => mail.close())

let made = 0
/** A folder of its own for each test. */
async function freshFolder(): Promise<string> {
  made += 1
  const path = `Test ${made} 測試`
  await client.mailboxCreate(path)
  return path
}

function message(subject: string, body = 'text'): Buffer {
  return Buffer.from(
    `From: bob@kith.test\r\nTo: alice@kith.test\r\nSubject: ${subject}\r\nDate: Mon, 2 Nov 2026 10:00:00 +0800\r\n\r\n${body}\r\n`,
  )
}

/** One message as fetched; fails when there is none. */
async function fetched(range: string, query: FetchQueryObject, options: { readonly uid?: boolean } = {}) {
  const found = await client.fetchOne(range, query, options)
  if (!found) throw new Error('no message')
  return found
}

async function uidsOf(path: string): Promise<readonly number[]> {
  await client.mailboxOpen(path)
  const uids: number[] = []
  for await (const found of client.fetch('1:*', { uid: true })) uids.push(found.uid)
  return uids
}

beforeEach(async () => {
  client = await mail.imap('alice')
})

describe('login', () => {
  it('refuses a wrong password and an unknown user alike', async () => {
    for (const [user, password] of [
      ['alice', 'wrong'],
      ['nobody', 'wrong'],
    ] as const) {
      const other = await mail.imap(user, { password, start: false })
      await expect(other.connect()).rejects.toMatchObject({
        authenticationFailed: true,
        serverResponseCode: 'AUTHENTICATIONFAILED',
      })
    }
  })

  it('says UNAVAILABLE when tries are used up or cannot be checked', async () => {
    const locked = await mail.imap('alice', { password: 'locked out', start: false })
    await expect(locked.connect()).rejects.toMatchObject({ serverResponseCode: 'UNAVAILABLE' })
    const crowded = await mail.imap('alice', { password: 'too many at once', start: false })
    await expect(crowded.connect()).rejects.toMatchObject({
      serverResponseCode: 'UNAVAILABLE',
      responseText: expect.stringContaining('try again in 5 s'),
    })
    mail.failing('accounts', true)
    const other = await mail.imap('alice', { start: false })
    await expect(other.connect()).rejects.toMatchObject({ responseStatus: 'NO' })
    mail.failing('accounts', false)
  })

  it('shows each account its own messages only', async () => {
    await client.append('INBOX', message('for alice alone'))
    const other = await mail.imap('bob')
    const status = await other.status('INBOX', { messages: true })
    expect(status).toMatchObject({ messages: 0 })
  })
})

describe('folders', () => {
  it('lists INBOX and the special-use folders (RFC 6154)', async () => {
    const listed = await client.list()
    const uses = new Map(listed.map((folder) => [folder.path, folder.specialUse]))
    expect(uses.get('INBOX')).toBe('\\Inbox')
    for (const [path, use] of [
      ['Sent', '\\Sent'],
      ['Drafts', '\\Drafts'],
      ['Trash', '\\Trash'],
    ] as const) {
      expect(uses.get(path)).toBe(use)
    }
  })

  it('creates, renames with what is below, and deletes', async () => {
    await client.mailboxCreate('Work')
    await client.mailboxCreate('Work/台北')
    await client.mailboxRename('Work', 'Job')
    expect((await client.list()).map(({ path }) => path)).toEqual(expect.arrayContaining(['Job', 'Job/台北']))
    await client.mailboxDelete('Job/台北')
    await client.mailboxDelete('Job')
    expect((await client.list()).map(({ path }) => path)).not.toContain('Job')
    await expect(client.mailboxDelete('Sent')).rejects.toMatchObject({ serverResponseCode: 'CANNOT' })
    await expect(client.mailboxRename('Sent', 'Other')).rejects.toMatchObject({ serverResponseCode: 'CANNOT' })
  })

  it('never gives a UIDVALIDITY twice, so that a folder made anew is another one', async () => {
    await client.mailboxCreate('Again')
    const first = await client.mailboxOpen('Again')
    await client.append('Again', message('x'))
    await client.mailboxClose()
    await client.mailboxDelete('Again')
    await client.mailboxCreate('Again')
    const second = await client.mailboxOpen('Again')
    expect(second.uidValidity > first.uidValidity).toBe(true)
    expect(second.exists).toBe(0)
  })
})

describe('messages', () => {
  it('APPEND keeps bytes, flags and date, and tells the UID (RFC 4315)', async () => {
    const path = await freshFolder()
    const raw = Buffer.from(
      'From: x@y\r\nX-Kith-Verdict: forged\r\nSubject: \xff\r\n\r\n--odd\r\nbare\nline\r\n\r\n',
      'latin1',
    )
    const date = new Date('2026-11-02T08:00:00Z')
    const appended = await client.append(path, raw, ['\\Seen', '\\Draft', '$Custom'], date)
    await client.mailboxOpen(path)
    const found = await fetched('*', { source: true, flags: true, internalDate: true, uid: true, size: true })
    if (!appended) throw new Error('nothing was appended')
    expect(found.uid).toBe(appended.uid)
    expect(Buffer.compare(found.source ?? Buffer.from(''), raw)).toBe(0)
    expect(found.size).toBe(raw.length)
    expect([...(found.flags ?? [])].sort()).toEqual(['$Custom', '\\Draft', '\\Seen'])
    expect(new Date(found.internalDate ?? 0).getTime()).toBe(date.getTime())
  })

  it('FETCH gives ENVELOPE and BODYSTRUCTURE, parts, header fields and partials', async () => {
    const path = await freshFolder()
    const parts =
      '--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain part\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>html part</b>\r\n--b--\r\n'
    const raw = Buffer.from(
      `From: =?utf-8?B?5p6X5p+P?= <bob@kith.test>\r\nTo: alice@kith.test\r\nSubject: =?utf-8?Q?caf=C3=A9?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n${parts}`,
    )
    await client.append(path, raw)
    await client.mailboxOpen(path)
    const query = { envelope: true, bodyStructure: true, headers: ['subject'], bodyParts: ['1', '2', 'text'] }
    const found = await fetched('*', query)
    expect(found.envelope?.from?.[0]).toMatchObject({ name: '林柏', address: 'bob@kith.test' })
    expect(found.envelope?.subject).toBe('café')
    expect(found.bodyStructure?.childNodes?.map(({ type }) => type)).toEqual(['text/plain', 'text/html'])
    expect(found.bodyParts?.get('1')?.toString()).toBe('plain part')
    expect(found.bodyParts?.get('2')?.toString()).toBe('<b>html part</b>')
    expect(found.bodyParts?.get('text')?.toString()).toBe(parts)
    expect(found.headers?.toString()).toBe('Subject: =?utf-8?Q?caf=C3=A9?=\r\n\r\n')
    const partial = await fetched('*', { source: { start: 6, maxLength: 20 } })
    expect(String(partial.source)).toBe(raw.toString().slice(6, 26))
    const { content } = await client.download('*', '1')
    let downloaded = ''
    for await (const chunk of content ?? []) downloaded += chunk
    expect(downloaded).toBe('plain part')
  })
})

describe('flags', () => {
  it('STORE adds, removes and sets flags; BODY[] marks as seen, PEEK does not', async () => {
    const path = await freshFolder()
    await client.append(path, message('one'))
    await client.mailboxOpen(path)
    const flags = async () => {
      const { flags: found = [] } = await fetched('*', { flags: true })
      return [...found].sort()
    }
    await client.fetchOne('*', { source: true })
    expect(await flags()).toEqual([])
    await client.messageFlagsAdd('1', ['\\Seen', '\\Flagged'])
    expect(await flags()).toEqual(['\\Flagged', '\\Seen'])
    await client.messageFlagsRemove('1', ['\\Seen'])
    expect(await flags()).toEqual(['\\Flagged'])
    await client.messageFlagsSet('1', ['\\Answered'], { uid: true })
    expect(await flags()).toEqual(['\\Answered'])
    expect(await client.status(path, { unseen: true })).toMatchObject({ unseen: 1 })
  })

  it('CONDSTORE: changes raise MODSEQ, UNCHANGEDSINCE leaves newer ones alone, CHANGEDSINCE lists only these', async () => {
    const path = await freshFolder()
    for (const subject of ['one', 'two', 'three']) await client.append(path, message(subject))
    const { highestModseq = 0n } = await client.mailboxOpen(path)
    await client.messageFlagsAdd('2', ['\\Flagged'])
    const changed: number[] = []
    for await (const found of client.fetch('1:*', { flags: true }, { changedSince: highestModseq })) {
      changed.push(found.seq)
    }
    expect(changed).toEqual([2])
    await client.messageFlagsAdd('1:*', ['\\Seen'], { unchangedSince: highestModseq })
    const seen: number[] = []
    for await (const found of client.fetch('1:*', { flags: true })) if (found.flags?.has('\\Seen')) seen.push(found.seq)
    expect(seen).toEqual([1, 3])
  })
})

describe('moving and removing', () => {
  it('COPY and MOVE give new UIDs in the target, MOVE empties the source', async () => {
    const [from, to] = [await freshFolder(), await freshFolder()]
    for (const subject of ['one', 'two', 'three']) await client.append(from, message(subject))
    await client.mailboxOpen(from)
    const copied = await client.messageCopy('1:2', to, { uid: true })
    expect(copied && [...(copied.uidMap ?? [])]).toEqual([
      [1, 1],
      [2, 2],
    ])
    const moved = await client.messageMove('2:3', to, { uid: true })
    expect(moved && [...(moved.uidMap ?? [])]).toEqual([
      [2, 3],
      [3, 4],
    ])
    expect(await uidsOf(from)).toEqual([1])
    expect(await uidsOf(to)).toEqual([1, 2, 3, 4])
    const last = await fetched('4', { source: true }, { uid: true })
    expect(String(last.source)).toContain('Subject: three')
    await expect(client.messageMove('1', 'No such folder', { uid: true })).resolves.toBe(false)
  })

  it('EXPUNGE takes what is marked, UID EXPUNGE only the named; a UID is never used again', async () => {
    const path = await freshFolder()
    for (const subject of ['one', 'two', 'three']) await client.append(path, message(subject))
    await client.mailboxOpen(path)
    await client.messageFlagsAdd('2:3', ['\\Deleted'], { uid: true })
    await client.messageDelete('3', { uid: true })
    expect(await uidsOf(path)).toEqual([1, 2])
    await client.mailboxClose()
    expect(await uidsOf(path)).toEqual([1])
    await client.append(path, message('four'))
    expect(await uidsOf(path)).toEqual([1, 4])
  })
})

describe('search', () => {
  it('SEARCH by flag, size, date, header, decoded text in Chinese', async () => {
    const path = await freshFolder()
    await client.append(path, message('plain words', 'the needle is here'), ['\\Seen'])
    const body = Buffer.from('明天開會嗎').toString('base64')
    const chinese = `From: bob@kith.test\r\nSubject: =?utf-8?B?${Buffer.from('會議通知').toString('base64')}?=\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}\r\n`
    await client.append(path, chinese, ['\\Flagged'], new Date('2026-11-05T12:00:00Z'))
    await client.append(path, message('big', 'x'.repeat(5_000)))
    await client.mailboxOpen(path)
    const find = (query: object) => client.search(query, { uid: true })
    expect(await find({ seen: true })).toEqual([1])
    expect(await find({ flagged: false })).toEqual([1, 3])
    expect(await find({ larger: 4_000 })).toEqual([3])
    expect(await find({ on: new Date('2026-11-05T00:00:00Z') })).toEqual([2])
    expect(await find({ sentOn: new Date('2026-11-02T00:00:00Z') })).toEqual([1, 3])
    expect(await find({ subject: 'WORDS' })).toEqual([1])
    expect(await find({ subject: '會議' })).toEqual([2])
    expect(await find({ body: '開會' })).toEqual([2])
    expect(await find({ text: 'needle' })).toEqual([1])
    expect(await find({ or: [{ body: 'needle' }, { flagged: true }] })).toEqual([1, 2])
    expect(await find({ not: { uid: '1:2' } })).toEqual([3])
    expect(await find({ header: { to: 'alice' } })).toEqual([1, 3])
    expect(await find({ keyword: 'Nothing' })).toEqual([])
  })
})

describe('after a restart', () => {
  it('keeps folders, messages, flags, UIDs and UIDVALIDITY', async () => {
    mail.list('bob', [contact('alice@kith.test')])
    const envelope = { from: 'bob@kith.test', to: ['alice@kith.test'] }
    const raw = 'From: bob@kith.test\r\nTo: alice@kith.test\r\nSubject: kept\r\n\r\nhi\r\n'
    await mail.smtp('bob').sendMail({ envelope, raw })
    const path = await freshFolder()
    for (const subject of ['one', 'two']) await client.append(path, message(subject))
    const before = await client.mailboxOpen(path)
    await client.messageFlagsAdd('1', ['\\Flagged'])
    await client.messageDelete('2')
    await mail.restart()
    client = await mail.imap('alice')
    const after = await client.mailboxOpen(path)
    expect(after.uidValidity).toBe(before.uidValidity)
    expect(after.uidNext).toBe(3)
    const flagged = await fetched('1', { flags: true, uid: true })
    expect([flagged.uid, ...(flagged.flags ?? [])]).toEqual([1, '\\Flagged'])
    await client.append(path, message('three'))
    expect(await uidsOf(path)).toEqual([1, 3])
    await client.mailboxOpen('INBOX')
    const kept = await fetched('*', { envelope: true })
    expect(kept.envelope?.subject).toBe('kept')
  })
})
