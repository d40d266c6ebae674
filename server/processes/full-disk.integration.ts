/** The server on a full disk: told in words by every door, nothing is lost, and it goes on by itself when there is room. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { writeFields } from '../../shared/soap/operations.ts'
import { writeEnvelope } from '../../shared/soap/writer.ts'
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { randomBytes } from '../ground/primitives.ts'
import { imapClient, smtpClient } from '../mail/testing/mail-harness.ts'
import { createLog } from '../monitoring/log.ts'
import { openContext } from '../settings/context.ts'
import { exchange, signedIn, signIn, tell } from '../testing/client.ts'
import { runCommand, testFolder, testPassword } from '../testing/harness.ts'
import { limitedStore } from '../testing/limited-store.ts'
import { startServer } from './serve.ts'

const undo: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

/** A disk, and the server on it. */
type Full = { readonly fill: () => Promise<void>; readonly free: () => Promise<void>; readonly isReal: boolean }

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

/** A file system of its own, which only root may make. */
function smallDisk(): string {
  const place = mkdtempSync(join(tmpdir(), 'kith-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', place])
  undo.push(() => {
    execFileSync('umount', [place])
    rmSync(place, { recursive: true })
  })
  return place
}

async function serve(kind: 'tmpfs' | 'limit') {
  const before = process.env.TMPDIR
  if (kind === 'tmpfs') process.env.TMPDIR = smallDisk()
  const place = tmpdir()
  const folder = await testFolder(['alice', 'bob'])
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  undo.push(() => folder.close())
  await folder.administration.run([
    { op: 'contact.add', user: 'alice', contact: { address: 'bob@example.org', name: 'Bob' } },
  ])
  const context = await openContext(folder.path)
  if (!context.ok) throw new Error(context.why)
  await context.value.store.close()
  const limited = await limitedStore(join(folder.path, 'kith.sqlite'))
  undo.push(() => limited.close())
  const lines: string[] = []
  const log = createLog(
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    }),
  )
  const running = await startServer({ ...context.value, store: limited.store }, log)
  if (!running.ok) throw new Error(running.why)
  undo.push(() => running.value.close())
  const stuffing = join(place, 'stuffing')
  const disk: Full =
    kind === 'tmpfs'
      ? {
          isReal: true,
          fill: async () => {
            for (let size = 1 << 20; size >= 512; size /= 2) fillWith(stuffing, size)
          },
          free: async () => rmSync(stuffing),
        }
      : { isReal: false, fill: () => limited.limit(1), free: () => limited.limit(1_000_000) }
  return { path: folder.path, disk, running: running.value, logged: () => lines.join('') }
}

/** Pieces of this size until there is no room for one. */
function fillWith(file: string, size: number): void {
  try {
    for (;;) writeFileSync(file, Buffer.alloc(size, 'x'), { flag: 'a' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}

// Anybody may limit a file's pages; a disk that is really full is tried where a small one can be mounted.
describe.each(isRoot ? (['limit', 'tmpfs'] as const) : (['limit'] as const))('a full disk (%s)', (kind) => {
  test('451 by SMTP, NO [UNAVAILABLE] by IMAP, 503 by HTTP, in words by a command; then all of it works again', async () => {
    const { path, disk, running, logged } = await serve(kind)
    const { ready, cert = '' } = running
    const target = { url: ready.url, cert }
    const health = () => exchange({ url: `http://127.0.0.1:${ready.metrics}` }, '/health')
    const login = { user: 'alice', pass: testPassword }
    const imap = imapClient(ready.imap ?? 0, login, cert)
    await imap.connect()
    undo.push(() => imap.close())
    const smtp = smtpClient(ready.smtp ?? 0, login, cert)
    undo.push(() => smtp.close())
    const text = 'x'.repeat(400_000)
    const send = () => smtp.sendMail({ from: 'alice@example.org', to: 'bob@example.org', subject: 's', text })
    const raw = `From: alice@example.org\r\nSubject: s\r\n\r\n${text}\r\n`
    const append = () => imap.append('INBOX', Buffer.from(raw))
    expect((await health()).status).toBe(200)
    await disk.fill()
    // Where not even a counted try can be written, signing in says so (RFC 4954): also for later.
    await expect(send()).rejects.toMatchObject({ responseCode: disk.isReal ? 454 : 451 })
    await expect(append()).rejects.toMatchObject({ serverResponseCode: 'UNAVAILABLE' })
    const refused = await flood(target)
    expect(refused).toMatchObject({ fault: { code: 'Busy' }, http: { status: 503 } })
    expect(logged()).not.toContain('"bug"')
    expect(logged()).toContain('"kind":"full"')
    await told(disk, { health, path })
    await disk.free()
    await send()
    expect(await append()).toMatchObject({ uid: expect.any(Number) })
    expect((await health()).status).toBe(200)
    await (await signedIn(target, { user: 'alice', password: testPassword })).sync()
  })
})

/** Signs in with new devices until the store has no room for one more. */
async function flood(target: { readonly url: string; readonly cert: string }) {
  const non = toBase64(randomBytes(24))
  for (let device = 0; device < 40; device++) {
    const hello = await tell(target, writeEnvelope({ operation: 'HelloRequest', fields: writeFields({ non }) }))
    if (!hello.ok) return hello
    const one = await signIn(target, { user: 'alice', password: testPassword })
    if (!one.ok) return one
  }
  throw new Error('there was room')
}

type Told = { readonly health: () => ReturnType<typeof exchange>; readonly path: string }

/** Only a disk that is really full is full for other processes, and in the file system's own numbers. */
async function told({ isReal }: Full, { health, path }: Told): Promise<void> {
  if (!isReal) return
  const { status, body } = await health()
  if (status !== 503 || !body.toString().includes('disk of the store is full')) throw new Error(`health: ${status}`)
  const text = 'x'.repeat(900)
  for (let count = 0; count < 50; count++) {
    const words = ['contact', 'add', `c${count}@x.example`, '--user', 'bob', '--name', 'C', '--remark', text]
    const done = await runCommand(path, words)
    if (done.code === 0) continue
    if (done.code !== 4 || !/disk of the store/.test(done.err)) throw new Error(done.err)
    return
  }
  throw new Error('there was room')
}
