/**
 * What every host must do, whatever carries its envelopes: cases without a test framework, so that the same list runs
 * on `engine.serve`, over HTTP, and in the desktop's page. A case throws on the first violation.
 *
 * The host starts on a fresh profile: nobody is signed in.
 */
import { contract } from './contract.ts'
import { anyCallFailures, type FailureKind, failureKinds } from './failures.ts'
import { isRecord } from './json.ts'
import type { EventEnvelope, Transport } from './rpc.ts'

type ConformanceCase = { readonly title: string; readonly run: (host: Transport) => Promise<void> }

const callNames = Object.keys(contract.calls)
/** Calls that a signed-out host answers with a value. */
const openCalls = ['session.state', 'session.protection', 'settings.get', 'app.about'] as const
/** Calls that read the store: without a session, there is nothing to read. */
const closedCalls: readonly (readonly [name: string, input: unknown])[] = [
  ['contacts.query', { search: '', from: 0, count: 10 }],
  ['contacts.get', { address: 'bob@corp.test' }],
  ['contacts.refresh', {}],
  ['whitelist.status', {}],
  ['requests.list', {}],
  ['requests.create', { to: 'bob@corp.test', note: '' }],
  ['conversations.list', { from: 0, count: 10 }],
  ['messages.list', { conversation: 'bob@corp.test', count: 10 }],
  ['mail.list', { search: '', from: 0, count: 10 }],
  ['message.get', { id: 'm1' }],
  ['held.list', { from: 0, count: 10 }],
  ['quarantine.list', { from: 0, count: 10 }],
  ['outbox.submit', { kind: 'chat', to: ['bob@corp.test'], text: 'hello' }],
]

function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`conformance: ${what}`)
}

type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly kind: string }

/** Sends, and insists on a well-formed Result: never a rejection, never a bare value. */
async function ask(host: Transport, envelope: unknown): Promise<Answer> {
  const answer: unknown = await host.send(envelope as Parameters<Transport['send']>[0])
  claim(typeof answer === 'object' && answer !== null && 'ok' in answer, `no Result for ${JSON.stringify(envelope)}`)
  if (answer.ok === true) {
    claim('value' in answer, 'a success without a value')
    return { ok: true, value: answer.value }
  }
  claim(answer.ok === false && 'failure' in answer, 'neither success nor failure')
  const { failure } = answer
  claim(typeof failure === 'object' && failure !== null && 'kind' in failure, 'a failure without a kind')
  const kind = failureKinds.find((known) => known === failure.kind)
  claim(kind !== undefined, `unknown kind of failure ${String(failure.kind)}`)
  const name = isRecord(envelope) && typeof envelope.name === 'string' ? envelope.name : ''
  claim(failuresOf(name).includes(kind), `${name} ended with ${kind}, which the contract does not name`)
  return { ok: false, kind }
}

/** What the contract says that a call can end with. */
function failuresOf(name: string): readonly FailureKind[] {
  const calls: Readonly<Record<string, { readonly failures: readonly FailureKind[] }>> = contract.calls
  return [...anyCallFailures, ...((Object.hasOwn(calls, name) && calls[name]?.failures) || [])]
}

async function refused(host: Transport, envelope: unknown, kinds: readonly string[] = ['badRequest']): Promise<void> {
  const answer = await ask(host, envelope)
  const got = answer.ok ? 'a value' : answer.kind
  claim(!answer.ok && kinds.includes(answer.kind), `${describe(envelope)} got ${got}, not ${kinds.join(' or ')}`)
}

function describe(envelope: unknown): string {
  return (JSON.stringify(envelope) ?? String(envelope)).slice(0, 120)
}

/** Counts the events that `wanted` accepts; the undo is in the caller's hands. */
function countEvents(host: Transport, wanted: (event: EventEnvelope) => boolean) {
  let heard = 0
  const undo = host.listen((envelope) => {
    if (wanted(envelope)) heard += 1
  })
  return { heard: () => heard, undo }
}

/** Round trips that an event may take longer than its call's answer: a bound without a clock. */
const maxRoundTrips = 300

async function until(host: Transport, holds: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < maxRoundTrips && !holds(); turn += 1) await ask(host, { name: 'settings.get', input: {} })
  claim(holds(), what)
}

const isSettings =
  (theme: string) =>
  ({ name, value }: EventEnvelope): boolean => {
    if (name !== 'settings.changed') return false
    const parsed = contract.events['settings.changed'].safeParse(value)
    return parsed.success && parsed.data.theme === theme
  }

async function setTheme(host: Transport, theme: string): Promise<void> {
  const answer = await ask(host, { name: 'settings.set', input: { theme } })
  claim(answer.ok, `settings.set failed${answer.ok ? '' : `: ${answer.kind}`}`)
}

/** The cases, in an order that leaves the settings as they were. */
export const conformanceCases: readonly ConformanceCase[] = [
  {
    title: 'a malformed envelope is a bad request',
    run: async (host) => {
      for (const envelope of [null, 1, 'session.state', true, [], {}, { name: 1, input: {} }, { input: {} }])
        await refused(host, envelope)
    },
  },
  {
    title: 'only names of the contract are dispatched, none of an object',
    run: async (host) => {
      for (const name of ['', 'nope', 'session', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])
        await refused(host, { name, input: {} })
    },
  },
  {
    title: 'every call parses its input before anything else',
    run: async (host) => {
      for (const name of callNames)
        for (const input of [null, 7, 'text', [], true, undefined]) await refused(host, { name, input })
    },
  },
  {
    title: 'an unknown field is refused where a call takes none',
    run: async (host) => {
      for (const name of openCalls) await refused(host, { name, input: { extra: 1 } })
      await refused(host, { name: 'contacts.query', input: { search: '', from: 0, count: 10, path: '/etc/passwd' } })
    },
  },
  {
    title: 'windows and texts beyond their limits are refused',
    run: async (host) => {
      for (const input of [
        { search: '', from: -1, count: 10 },
        { search: '', from: 0, count: 501 },
        { search: 'x'.repeat(201), from: 0, count: 1 },
        { search: '', from: 0.5, count: 1 },
      ])
        await refused(host, { name: 'contacts.query', input })
      const to = Array.from({ length: 101 }, () => 'a@b.c')
      await refused(host, { name: 'outbox.submit', input: { kind: 'chat', to, text: '' } })
      const text = 'x'.repeat(100_001)
      await refused(host, { name: 'outbox.submit', input: { kind: 'chat', to: ['a@b.c'], text } })
    },
  },
  {
    title: 'values have the shape of the contract and nothing beyond it',
    run: async (host) => {
      for (const name of openCalls) {
        const answer = await ask(host, { name, input: {} })
        claim(answer.ok, `${name} failed on a fresh profile${answer.ok ? '' : `: ${answer.kind}`}`)
        const parsed = contract.calls[name].output.safeParse(answer.value)
        claim(parsed.success, `${name} answered in another shape`)
        claim(sorted(parsed.data) === sorted(answer.value), `${name} answered more than its contract`)
      }
    },
  },
  {
    title: 'a fresh profile is signed out, and nothing of a store can be read or sent',
    run: async (host) => {
      const answer = await ask(host, { name: 'session.state', input: {} })
      const session = answer.ok ? contract.calls['session.state'].output.safeParse(answer.value) : undefined
      claim(session?.success === true && session.data.step === 'signedOut', 'not signed out at the start')
      for (const [name, input] of closedCalls) await refused(host, { name, input }, ['notSignedIn', 'locked'])
    },
  },
  {
    title: 'answers belong to their questions when many are asked at once',
    run: async (host) => {
      const names = Array.from({ length: 60 }, (_, turn) => openCalls[turn % openCalls.length] ?? openCalls[0])
      const answers = await Promise.all(names.map((name) => ask(host, { name, input: {} })))
      for (const [at, name] of names.entries()) {
        const answer = answers[at]
        claim(answer?.ok === true, `${name} failed among others`)
        claim(contract.calls[name].output.safeParse(answer.value).success, `${name} got another call's answer`)
      }
    },
  },
  {
    title: 'an event reaches every listener with the value of the contract, and none after its undo',
    run: async (host) => {
      await setTheme(host, 'light')
      const first = countEvents(host, isSettings('dark'))
      const second = countEvents(host, isSettings('dark'))
      const gone = countEvents(host, () => true)
      gone.undo()
      gone.undo()
      await setTheme(host, 'dark')
      await until(host, () => first.heard() > 0 && second.heard() > 0, 'an event did not reach every listener')
      first.undo()
      second.undo()
      claim(gone.heard() === 0, 'a listener heard an event after its undo')
      await setTheme(host, 'system')
    },
  },
  {
    title: 'a hostile input leaves the host as it was',
    run: async (host) => {
      const hostile = JSON.parse('{"theme":"dark","__proto__":{"polluted":true},"constructor":{"prototype":{"x":1}}}')
      await ask(host, { name: 'settings.set', input: hostile })
      await setTheme(host, 'system')
      let deep: unknown = 0
      for (let level = 0; level < 60; level += 1) deep = [deep]
      await refused(host, { name: 'settings.set', input: { theme: deep } })
      const answer = await ask(host, { name: 'settings.get', input: {} })
      claim(answer.ok && !JSON.stringify(answer.value).includes('polluted'), 'a prototype was polluted')
    },
  },
]

/** JSON with sorted keys, to compare values that took different ways. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
