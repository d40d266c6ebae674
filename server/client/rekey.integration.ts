import { afterEach, beforeEach, expect, test } from 'vitest'
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { encodeRequest, type RekeyRequest, signRekey } from '../../shared/whitelist/request.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import { signedEnvelope, signedIn, type TestClient, tell } from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'

let server: TestServer
let client: TestClient
beforeEach(async () => {
  server = await testServer(['alice', 'bob'], {}, { insecureLoopback: true })
  client = await signedIn({ url: server.running.ready.url }, { user: 'alice', password: testPassword })
})
afterEach(() => server.close())

const next = { dsig: randomBytes(32), dbox: randomBytes(32) }

function asked(change: Partial<RekeyRequest> = {}, seed = next.dsig): RekeyRequest {
  const keys = {
    DsigPk: toBase64(primitives.signPublicKey(next.dsig)),
    DboxPk: toBase64(primitives.boxPublicKey(next.dbox)),
  }
  const common = client.common()
  const proof = toBase64(signRekey(primitives, { usr: common.usr, dev: common.dev, ...keys }, seed))
  return { ...common, ...keys, proof, ...change }
}

const stored = () => server.administration.store.devices.get('alice', client.device.id)
const rotate = () => server.administration.run([{ op: 'device.rotate', user: 'alice', device: client.device.id }])

test('told to, a device brings new keys; the answer may get lost, and the same again is taken by the new ones', async () => {
  await rotate()
  expect(await client.call('Rekey', asked())).toMatchObject({ ok: true })
  expect((await stored())?.dsig).toBe(toBase64(primitives.signPublicKey(next.dsig)))
  expect(await client.call('Rekey', asked())).toMatchObject({ ok: false, fault: { code: 'BadSignature' } })
  const renewed = Object.assign(client, { device: { ...client.device, ...next } })
  expect(await renewed.call('Rekey', asked())).toMatchObject({ ok: true })
  expect(await renewed.sync()).toMatchObject({ ok: true, kind: 'full' })
})

test.each<[string, () => RekeyRequest]>([
  ['without the proof of the new key', () => asked({}, randomBytes(32))],
  ['with a proof for other keys', () => asked({ DboxPk: toBase64(primitives.boxPublicKey(randomBytes(32))) })],
  [
    'with a proof of another device',
    () => asked({ proof: toBase64(signRekey(primitives, { ...asked(), dev: 'd-other' }, next.dsig)) }),
  ],
  [
    'with a box key of low order',
    () => {
      const DboxPk = toBase64(new Uint8Array(32))
      const keys = { ...asked(), DboxPk }
      return asked({ DboxPk, proof: toBase64(signRekey(primitives, keys, next.dsig)) })
    },
  ],
])('%s nothing is taken', async (_what, make) => {
  await rotate()
  const before = await stored()
  expect(await client.call('Rekey', make())).toMatchObject({ ok: false, fault: { code: 'BadRequest' } })
  expect(await stored()).toMatchObject({ dsig: before?.dsig, dbox: before?.dbox })
})

test('nobody told it to: refused; a stranger’s signature, too; and so is a locked device', async () => {
  expect(await client.call('Rekey', asked())).toMatchObject({ ok: false, fault: { code: 'BadRequest' } })
  await rotate()
  const bytes = encodeRequest('Rekey', asked())
  const call = { action: 'Rekey', sid: client.session.sid, bytes } as const
  const forged = signedEnvelope(client.device, call, randomBytes(32))
  expect(await tell(client.target, forged)).toMatchObject({ ok: false, fault: { code: 'BadSignature' } })
  await server.administration.run([{ op: 'device.lock', user: 'alice', device: client.device.id }])
  expect(await client.call('Rekey', asked())).toMatchObject({ ok: false, fault: { code: 'DeviceRevoked' } })
})
