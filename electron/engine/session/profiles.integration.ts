/** Two profiles of one person, a sign-in that is cut off, a store that was put aside, and what lies readable on the disk. */
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { OutgoingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Enrolment, formatEnrolment, parseEnrolment } from '../../../shared/whitelist/enrolment.ts'
import { SecretStoreUnavailable } from '../ground/ports.ts'
import { certificateOne } from '../testing/certificates.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'
import { scriptedPeer } from '../testing/scripted-peer.ts'

const password = 'correct-horse-battery'
const passphrase = 'a long phrase for this machine'
let server: RealServer
let provisioned: Enrolment
let world: EngineWorld
let worlds: EngineWorld[]

const newCode = async () => enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))

beforeAll(async () => {
  server = await realServer('enrolled')
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['contact', 'add', 'bob@corp.example', '--user', 'alice', '--name', 'Bob Lin'])
  await server.start()
  const { secret: _oneTime, ...known } = (await newCode()).enrolment
  provisioned = known
})
afterAll(() => server.remove())
beforeEach(() => {
  world = engineWorld([provisioned])
  worlds = [world]
})
afterEach(async () => {
  for (const each of worlds) await each.remove()
})

/** Another profile of the same person at the same machine: the keychain is one. */
function neighbour(): EngineWorld {
  const other = engineWorld([provisioned], world.secrets)
  worlds.push(other)
  return other
}

const given = (code: string, more = {}) => ({ server: code, user: 'alice', password, ...more })
const ready = { ok: true, value: { step: 'ready' } }

async function enrolled(place = world): Promise<TestEngine> {
  const engine = await place.open()
  expect(await engine.call('session.signIn', given((await newCode()).text))).toMatchObject(ready)
  return engine
}

const folder = (place = world) =>
  join(place.profile, 'accounts', readdirSync(join(place.profile, 'accounts')).find((n) => !n.endsWith('.new')) ?? '')
const accounts = () => (existsSync(join(world.profile, 'accounts')) ? readdirSync(join(world.profile, 'accounts')) : [])
const draft = { conversation: 'bob@corp.example', text: 'half a thought' }

describe('two profiles of one person, one keychain', () => {
  it('neither takes the keys of the other, in whatever order they start', async () => {
    await enrolled()
    const other = neighbour()
    await enrolled(other)
    await world.close()
    await other.close()
    const [first, second] = [await world.open(), await other.open()]
    expect(await first.value('session.state', {})).toMatchObject({ step: 'ready' })
    expect(await second.value('session.state', {})).toMatchObject({ step: 'ready' })
    expect(readdirSync(folder()).some((name) => name.includes('unreadable'))).toBe(false)
  })

  it('a wipe of the one leaves the other as it is', async () => {
    const first = await enrolled()
    const other = neighbour()
    await enrolled(other)
    await other.close()
    const { device } = await first.value('app.about', {})
    await server.admin(['device', 'revoke', device, '--wipe', 'all'])
    await first.session((s) => s.step === 'signedOut')
    expect(world.secrets.items.size).toBe(2)
    expect(await (await other.open()).value('session.state', {})).toMatchObject({ step: 'ready' })
  })

  it('a profile of before, whose item had no name of its own, opens and gets one', async () => {
    await enrolled()
    await world.close()
    asBefore(world)
    expect(await (await world.open()).value('session.state', {})).toMatchObject({ step: 'ready', user: 'alice' })
    const other = neighbour()
    await enrolled(other)
    await world.close()
    expect(await (await world.open()).value('session.state', {})).toMatchObject({ step: 'ready' })
  })
})

/** Names and contents as they were written before keys files named their item and the profile was sealed. */
function asBefore({ profile, secrets }: EngineWorld): void {
  const file = join(folder(), 'keys.json')
  const { item, ...keys } = z
    .object({ item: z.string() })
    .loose()
    .parse(JSON.parse(readFileSync(file, 'utf8')))
  const shared = item.replace(/:[0-9a-f]+$/, '')
  for (const kind of ['kek', 'ratchet']) {
    const [own, old] = [item, shared].map((name) => name.replace('kek', kind))
    secrets.items.set(old ?? '', secrets.items.get(own ?? '') ?? '')
    secrets.items.delete(own ?? '')
  }
  writeFileSync(file, JSON.stringify(keys))
  const old = { format: 1, server: server.url(), user: 'alice', settings: { theme: 'dark' }, locked: false }
  writeFileSync(join(profile, 'profile.json'), JSON.stringify(old))
}

describe('a sign-in that does not end well', () => {
  it('a keychain that takes nothing is found before the server is asked, and the code stays good', async () => {
    const { text } = await newCode()
    const before = (await devices()).length
    const locked = { ...world.secrets, set: () => Promise.reject(new SecretStoreUnavailable('locked')) }
    const engine = await world.open({ secrets: locked })
    expect(await engine.call('session.signIn', given(text))).toEqual({
      ok: false,
      failure: { kind: 'passphraseNeeded', detail: { reason: 'keychainLocked' } },
    })
    expect(await devices()).toHaveLength(before)
    expect(accounts()).toEqual([])
    expect(await engine.call('session.signIn', given(text, { passphrase }))).toMatchObject(ready)
    expect(await engine.value('session.protection', {})).toMatchObject({ kind: 'passphrase' })
  })

  it('a refusal by the server leaves no file and no key', async () => {
    const engine = await world.open()
    const wrong = { ...given((await newCode()).text), password: 'not-the-password' }
    expect(await engine.call('session.signIn', wrong)).toMatchObject({ failure: { kind: 'authFailed' } })
    expect(accounts()).toEqual([])
    expect([...world.secrets.items.keys()]).toEqual([])
  })

  it('a server that can not be reached leaves no file and no key', async () => {
    const engine = await world.open()
    const { text } = await newCode()
    await server.stop()
    expect(await engine.call('session.signIn', given(text))).toMatchObject({ failure: { kind: 'unreachable' } })
    expect(accounts()).toEqual([])
    expect([...world.secrets.items.keys()]).toEqual([])
    await server.start()
  })

  it('an answer that is lost: the next try is the same device, and the code that it used is still its own', async () => {
    const { text } = await newCode()
    const before = (await devices()).length
    let isLost = true
    // Between the client and the server: the login arrives, its answer does not.
    const peer = await scriptedPeer(certificateOne, ({ path, body, headers }, response, socket) => {
      const { 'content-type': type, soapaction } = headers
      const asked = {
        method: 'POST',
        body,
        headers: { 'content-type': type ?? '', soapaction: String(soapaction ?? '') },
      }
      const relay = async (): Promise<void> => {
        const { status, answer, kind } = await throughTo(server.url(), path, asked)
        if (isLost && body.includes('Login')) socket.destroy()
        else response.writeHead(status, { 'content-type': kind }).end(answer)
      }
      void relay()
    })
    const tls = createHash('sha256').update(new X509Certificate(certificateOne.cert).raw).digest('hex')
    const enrolment = formatEnrolment({ ...parsedCode(text), url: peer.url, tls })
    const engine = await world.open()
    expect(await engine.call('session.signIn', given(enrolment))).toMatchObject({ failure: { kind: 'unreachable' } })
    expect(await devices()).toHaveLength(before + 1)
    await world.close()
    isLost = false
    const again = await world.open()
    expect(await again.call('session.signIn', given(enrolment))).toMatchObject(ready)
    expect(await devices()).toHaveLength(before + 1)
    await world.close()
    await peer.close()
  })
})

describe('a store that was put aside', () => {
  it('is opened again where it was, once its keys are back and those of the new one are not there', async () => {
    const first = await enrolled()
    const { device } = await first.value('app.about', {})
    await first.value('draft.save', draft)
    await world.close()
    const items = new Map(world.secrets.items)
    world.secrets.items.clear()
    await enrolled()
    await world.close()
    world.secrets.items.clear()
    for (const [name, value] of items) world.secrets.items.set(name, value)
    const back = await world.open()
    expect(await back.value('session.state', {})).toMatchObject({ step: 'ready' })
    expect((await back.value('app.about', {})).device).toBe(device)
    expect(await back.value('draft.get', { conversation: draft.conversation })).toEqual({ text: draft.text })
  })

  it('is taken over into the new one where both have their keys', async () => {
    const first = await enrolled()
    await first.value('draft.save', draft)
    await world.close()
    const items = new Map(world.secrets.items)
    world.secrets.items.clear()
    const second = await enrolled()
    const { device } = await second.value('app.about', {})
    await world.close()
    for (const [name, value] of items) world.secrets.items.set(name, value)
    const back = await world.open()
    expect((await back.value('app.about', {})).device).toBe(device)
    expect(await back.value('draft.get', { conversation: draft.conversation })).toEqual({ text: draft.text })
    expect(readdirSync(folder()).some((name) => name.includes('unreadable'))).toBe(false)
  })
})

describe('the profile on the disk', () => {
  it('names neither server nor user, keeps both for the form, and a file of before is sealed at the first opening', async () => {
    const engine = await enrolled()
    await engine.value('settings.set', { theme: 'dark', notificationText: false })
    const secrets = ['alice', new URL(server.url()).host, 'notificationText']
    const readable = () => secrets.filter((text) => profileText().includes(text))
    expect(readable()).toEqual([])
    expect(world.leaks(secrets)).toEqual([])
    await engine.value('session.signOut', {})
    await world.close()
    const later = await world.open()
    expect(await later.value('session.state', {})).toMatchObject({ step: 'signedOut', user: 'alice' })
    expect(await later.value('settings.get', {})).toMatchObject({ theme: 'dark', notificationText: false })
    await world.close()
    asBefore(world)
    expect(readable()).toHaveLength(2)
    const converted = await world.open()
    expect(await converted.value('session.state', {})).toMatchObject({ user: 'alice' })
    expect(readable()).toEqual([])
  })

  it('one profile is opened by one Kith, and the other is told so', async () => {
    await world.open()
    const second = await world.open()
    expect(await second.call('session.state', {})).toEqual({ ok: false, failure: { kind: 'profileInUse' } })
  })
})

/** The real server's own certificate is nobody's business here. */
function throughTo(
  url: string,
  path: string,
  { body, ...asked }: { readonly method: string; readonly body: string; readonly headers: OutgoingHttpHeaders },
): Promise<{ readonly status: number; readonly answer: Buffer; readonly kind: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { ...asked, rejectUnauthorized: false }, (got) => {
      const chunks: Buffer[] = []
      got.on('data', (chunk: Buffer) => chunks.push(chunk))
      got.on('end', () =>
        resolve({
          status: got.statusCode ?? 500,
          answer: Buffer.concat(chunks),
          kind: got.headers['content-type'] ?? '',
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function parsedCode(text: string): Enrolment {
  const parsed = parseEnrolment(text)
  if (!parsed) throw new Error('no code')
  return parsed
}

const profileText = () => readFileSync(join(world.profile, 'profile.json'), 'utf8')
const devicesSchema = z.object({ devices: z.array(z.object({ device: z.string(), name: z.string() })) })
const devices = async () => devicesSchema.parse(await server.admin(['device', 'list', '--user', 'alice'])).devices
