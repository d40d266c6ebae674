import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { conformanceCases } from '../../shared/conformance.ts'
import { type Engine, openEngine } from '../engine/engine.ts'
import { systemClock, systemRandom } from '../engine/ground/system-ports.ts'
import { fakeDns, memoryStore, silentLog } from '../engine/testing/fakes.ts'
import { openLink, openWebClient } from './testing/web-client.ts'
import { openWebHost } from './web-host.ts'

let profile: string
let engine: Engine

beforeEach(async () => {
  profile = mkdtempSync(path.join(tmpdir(), 'kith-conformance-'))
  engine = await openEngine({
    profile,
    secrets: memoryStore(),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    dns: fakeDns(),
    deviceName: 'desk (browser)',
    appVersion: '0.0.0',
    systemLanguage: 'en',
    provisioned: [],
    consent: { confirm: async () => false, loopback: 'refused' },
  })
})
afterEach(async () => {
  await engine.close()
  rmSync(profile, { recursive: true })
})

describe('conformance of the engine, called directly', () => {
  test.each(conformanceCases)('$title', async ({ run }) => {
    await expect(
      run({ send: (envelope) => engine.serve(envelope), listen: (receive) => engine.listen(receive) }),
    ).resolves.toBeUndefined()
  })
})

describe('conformance of the web host, over HTTP', () => {
  test.each(conformanceCases)('$title', async ({ run }) => {
    const ports = { clock: systemClock, random: systemRandom }
    const host = await openWebHost({ engine, pages: profile, port: 0, ...ports })
    const client = openWebClient(host.origin, await openLink(host.link()))
    await client.listening()
    await expect(run(client)).resolves.toBeUndefined()
    client.close()
    await host.close()
  })
})
