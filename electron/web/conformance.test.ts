import { describe, expect, test } from 'vitest'
import { conformanceCases } from '../../shared/conformance.ts'
import { fail, ok, type Transport } from '../../shared/rpc.ts'
import { createFakeEngine } from './testing/fake-engine.ts'

const names = conformanceCases.map(({ title }) => title)
const good = (): Transport => {
  const engine = createFakeEngine()
  return { send: (envelope) => engine.serve(envelope), listen: (receive) => engine.listen(receive) }
}

async function violations(host: Transport): Promise<readonly string[]> {
  const broken: string[] = []
  for (const { title, run } of conformanceCases)
    await run(host).catch(() => {
      broken.push(title)
    })
  return broken
}

describe('the conformance suite', () => {
  test('passes a host that does what it must', async () => {
    expect(await violations(good())).toEqual([])
  })

  test.each<[string, (host: Transport) => Transport]>([
    ['rejects', (host) => ({ ...host, send: () => Promise.reject(new Error('no')) })],
    ['answers bare values', (host) => ({ ...host, send: () => Promise.resolve(7) })],
    ['accepts everything', (host) => ({ ...host, send: () => Promise.resolve(ok({})) })],
    ['refuses everything', (host) => ({ ...host, send: () => Promise.resolve(fail('badRequest')) })],
    ['loses its events', (host) => ({ ...host, listen: () => () => undefined })],
    ['leaks more than the contract', (host) => ({ ...host, send: leaking(host) })],
  ])('finds a host that %s', async (_, spoil) => {
    expect((await violations(spoil(good()))).length).toBeGreaterThan(0)
    expect(names.length).toBeGreaterThan(8)
  })
})

function leaking(host: Transport): Transport['send'] {
  return async (envelope) => {
    const answer = await host.send(envelope)
    return envelope?.name === 'app.about'
      ? ok({ version: '0', engine: '', device: '', deviceWords: '', key: 's' })
      : answer
  }
}
