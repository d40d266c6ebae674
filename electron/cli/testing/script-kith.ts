/** One `kith` command line at a time against a scripted engine. */
import { PassThrough } from 'node:stream'
import { contract, type KithContract } from '../../../shared/contract.ts'
import { type EventEnvelope, fail, type Handlers, ok, type Result, serve } from '../../../shared/rpc.ts'
import { fakeClock } from '../../engine/testing/fakes.ts'
import { withEngine } from '../client.ts'
import { createInput } from '../input.ts'
import { tell } from '../outcome.ts'
import { runProgram } from '../program.ts'

export const ready = {
  step: 'ready',
  user: 'alice',
  name: 'Alice Chen',
  address: 'alice@corp.test',
  server: 'https://kith.corp.test',
  connection: 'online',
  mail: 'online',
  sendingOff: 'no',
  role: 'none',
} as const
export const locked = { step: 'locked', secret: 'passphrase', reason: 'start', user: 'alice' } as const
export const bob = {
  id: 'c1',
  name: 'Bob Lin 林柏',
  nickname: '阿柏',
  address: 'bob@corp.test',
  remark: '',
  groups: ['Sales'],
  scope: 'internal',
  proof: 'login',
  since: 0,
} as const

type Call = { readonly name: string; readonly input: unknown }

export type Script = {
  /** What the engine answers, by the name of the call; anything else is `notFound`. */
  readonly answers: Record<string, (input: never) => Result<unknown>>
  readonly calls: Call[]
  inputOf(name: string): unknown
  emit(event: EventEnvelope): void
  closed: number
  run(words: readonly string[], stdin?: string, interrupted?: Promise<void>): Promise<Ran>
}
type Ran = { readonly code: number; readonly out: string; readonly error: string }

export function createScriptedKith(): Script {
  const listeners = new Set<(event: EventEnvelope) => void>()
  const script: Script = {
    answers: { 'session.state': () => ok(ready) },
    calls: [],
    closed: 0,
    inputOf: (name) => script.calls.find((call) => call.name === name)?.input,
    emit: (event) => {
      for (const listener of listeners) listener(event)
    },
    run: (words, stdin = '', interrupted = new Promise(() => undefined)) =>
      runWords(script, engine, { words, stdin, interrupted }),
  }
  const handlers = Object.fromEntries(
    Object.keys(contract.calls).map((name) => [
      name,
      (input: never) => {
        script.calls.push({ name, input })
        return script.answers[name]?.(input) ?? fail('notFound')
      },
    ]),
  ) as unknown as Handlers<KithContract>
  const engine = {
    serve: serve(contract, handlers, () => undefined),
    listen: (receive: (event: EventEnvelope) => void) => {
      listeners.add(receive)
      return () => void listeners.delete(receive)
    },
    close: () => {
      script.closed += 1
      return Promise.resolve()
    },
  }
  return script
}

type Line = { readonly words: readonly string[]; readonly stdin: string; readonly interrupted: Promise<void> }

async function runWords(
  _script: Script,
  engine: Parameters<typeof withEngine>[0] extends () => Promise<infer E> ? E : never,
  { words, stdin, interrupted }: Line,
): Promise<Ran> {
  const printed = { out: '', error: '' }
  const streams = {
    out: (text: string) => {
      printed.out += text
    },
    error: (text: string) => {
      printed.error += text
    },
  }
  const code = await runProgram(words, { version: '0.1.0', streams }, async (command, options) => {
    const pipe = new PassThrough()
    pipe.end(stdin)
    const input = createInput(Object.assign(pipe, { isTTY: false, setRawMode: () => pipe }) as never, streams.error)
    const { json, passphraseStdin } = options
    const context = { input, streams, clock: fakeClock(), interrupted, json, passphraseStdin }
    return tell(await withEngine(() => Promise.resolve(engine), context, command), json, streams)
  })
  return { code, ...printed }
}
