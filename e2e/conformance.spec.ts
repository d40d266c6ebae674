import type { Page } from '@playwright/test'
import { conformanceCases } from '../shared/conformance.ts'
import type { EventEnvelope, Transport } from '../shared/rpc.ts'
import { expect, test } from './support/fixtures.ts'

type Undo = () => void
type Bridge = {
  call(envelope: unknown): Promise<unknown>
  on(listener: (event: unknown) => void): Undo | Promise<Undo>
}
type Told = { readonly answer: unknown; readonly heard: readonly (readonly [number, EventEnvelope])[] }

/** Runs in the page: what the page itself has to reach its host with, and the events that its subscriptions heard. */
function install(): void {
  const page = window as unknown as { kith?: Bridge; conformance: unknown }
  const pass = { authorization: `Bearer ${localStorage.getItem('kith.pass')}` }
  const web: Bridge = {
    call: async (envelope) => {
      const headers = { 'content-type': 'application/json', ...pass }
      return (await fetch('/call', { method: 'POST', headers, body: JSON.stringify(envelope) })).json()
    },
    on: async (listener) => {
      const ending = new AbortController()
      const response = await fetch('/events', { headers: pass, signal: ending.signal })
      const lines = async () => {
        const decoder = new TextDecoder()
        let rest = ''
        for await (const bytes of response.body ?? []) {
          const [last = '', ...whole] = `${rest}${decoder.decode(bytes, { stream: true })}`.split('\n').toReversed()
          rest = last
          for (const line of whole.toReversed()) if (line.startsWith('data: ')) listener(JSON.parse(line.slice(6)))
        }
      }
      lines().catch(() => undefined)
      return () => ending.abort()
    },
  }
  const bridge = page.kith ?? web
  const heard: unknown[] = []
  const undos = new Map<number, Undo>()
  page.conformance = {
    // As JSON: a key such as `__proto__` arrives as it was meant.
    call: async (json: string) => ({ answer: await bridge.call(JSON.parse(json)), heard: heard.splice(0) }),
    on: async (id: number) => {
      undos.set(id, await bridge.on((event) => heard.push([id, event])))
    },
    off: (id: number) => undos.get(id)?.(),
  }
}

type Installed = {
  readonly conformance: { call(json: string): Promise<Told>; on(id: number): Promise<void>; off(id: number): void }
}

/** The page's own way to its host as a transport of this process. */
function throughPage(page: Page): Transport {
  const listeners = new Map<number, (event: EventEnvelope) => void>()
  let last: Promise<unknown> = page.evaluate(install)
  let count = 0
  const inOrder = <T>(act: () => Promise<T>): Promise<T> => {
    const next = last.then(act)
    last = next.catch(() => undefined)
    return next
  }
  return {
    send: async (envelope) => {
      await last
      const json = JSON.stringify(envelope)
      const { answer, heard } = await page.evaluate(
        (text) => (window as unknown as Installed).conformance.call(text),
        json,
      )
      for (const [id, event] of heard) listeners.get(id)?.(event)
      return answer
    },
    listen: (receive) => {
      count += 1
      const id = count
      listeners.set(id, receive)
      void inOrder(() => page.evaluate((own) => (window as unknown as Installed).conformance.on(own), id))
      return () => void inOrder(() => page.evaluate((own) => (window as unknown as Installed).conformance.off(own), id))
    },
  }
}

test('the host conforms, asked from within its page', async ({ open }) => {
  const { page } = await open('nobody')
  await page.getByRole('heading', { level: 1 }).waitFor()
  const host = throughPage(page)
  for (const { title, run } of conformanceCases)
    await test.step(title, () => expect(run(host), title).resolves.toBeUndefined())
})
