import { expect, test } from 'vitest'
import { catchUp } from './catch-up.ts'
import { contract } from './contract.ts'
import type { EventEnvelope } from './rpc.ts'

const settings = { language: 'en', theme: 'system', notifications: true, notificationText: false }

async function told(answers: Readonly<Record<string, unknown>>) {
  const events: EventEnvelope[] = []
  await catchUp(
    async ({ name }) => {
      if (!(name in answers)) throw new Error('no line')
      return answers[name]
    },
    (event) => events.push(event),
  )
  return events
}

const looked = ['contacts.changed', 'requests.changed', 'conversation.changed', 'held.changed', 'quarantine.changed']

test('what can be asked for is told as it is now; of the rest it is told to look again', async () => {
  const events = await told({
    'session.state': { ok: true, value: { step: 'signedOut', server: '', user: '' } },
    'whitelist.status': { ok: false, failure: { kind: 'notSignedIn' } },
    'settings.get': { ok: true, value: settings },
  })
  expect(events.map(({ name }) => name)).toEqual(['session.changed', 'settings.changed', ...looked])
  expect(events[1]?.value).toEqual(settings)
})

test('every event told has the shape of the contract', async () => {
  const schemas: Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>> = contract.events
  for (const { name, value } of await told({})) expect(schemas[name]?.safeParse(value).success).toBe(true)
})

test('what cannot be asked for now is left out, and the rest is told all the same', async () => {
  expect((await told({})).map(({ name }) => name)).toEqual(looked)
})
