import { expect, test } from 'vitest'
import { openPass } from './web-pass.ts'

function browser(hash: string, answers: Readonly<Record<string, string>>, kept = new Map<string, string>()) {
  const addresses: unknown[] = []
  const asked: string[] = []
  return {
    addresses,
    asked,
    kept,
    ports: {
      location: { hash, pathname: '/' },
      history: { replaceState: (_state: unknown, _title: string, url?: string | URL | null) => addresses.push(url) },
      storage: () => ({
        getItem: (name: string) => kept.get(name) ?? null,
        setItem: (name: string, value: string) => void kept.set(name, value),
      }),
      fetch: async (_url: string | URL | Request, init: RequestInit = {}) => {
        const token = new Headers(init.headers).get('authorization')?.slice('Bearer '.length) ?? ''
        asked.push(token)
        const pass = answers[token]
        return pass === undefined ? Response.json({ ok: false }, { status: 401 }) : Response.json({ pass })
      },
    },
  }
}

test('the token of the link becomes a pass, leaves the address, and a second tab has the pass too', async () => {
  const first = browser('#token', { token: 'pass' })
  expect(await openPass(first.ports)).toBe('pass')
  expect(first.addresses).toEqual(['/'])
  const second = browser('', {}, first.kept)
  expect(await openPass(second.ports)).toBe('pass')
  expect(second.asked).toEqual([])
})

test('a link that was opened before leads to the pass that this browser has', async () => {
  const { ports } = browser('#used', {}, new Map([['kith.pass', 'pass']]))
  expect(await openPass(ports)).toBe('pass')
})

test('a browser that keeps nothing has its own tab; without a link it has none', async () => {
  const refusing = () => {
    throw new DOMException('no storage', 'SecurityError')
  }
  expect(await openPass({ ...browser('#token', { token: 'pass' }).ports, storage: refusing })).toBe('pass')
  expect(await openPass({ ...browser('', {}).ports, storage: refusing })).toBeUndefined()
})
