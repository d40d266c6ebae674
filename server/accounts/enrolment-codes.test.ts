import { afterEach, beforeEach, expect, test } from 'vitest'
import { certificateHash, selfSigned } from '../keys/certificate.ts'
import { type Config, configSchema } from '../settings/config.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { introduction } from './enrolment-codes.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder([])
})
afterEach(() => folder.close())

const { cert } = selfSigned(['localhost'], Date.UTC(2026, 0, 1))

function introduced(tls: object | undefined) {
  const { store, config } = folder.administration
  const settings: Config = configSchema.parse({ ...config, tls })
  return introduction({ store, config: settings }, 'https://localhost:8443', cert)
}

test('codes pin the certificate, own or given, unless the settings say that it will be renewed', async () => {
  const given = { cert: 'cert.pem', key: 'key.pem' }
  for (const tls of [undefined, given]) expect(await introduced(tls)).toMatchObject({ tls: certificateHash(cert) })
  const unpinned = await introduced({ ...given, pinned: false })
  expect(unpinned).not.toHaveProperty('tls')
  expect(unpinned).toMatchObject({ org: folder.administration.config.org, url: 'https://localhost:8443' })
})
