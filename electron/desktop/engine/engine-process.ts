/** The engine's own process, so that the window never waits for the store, for cryptography or for mail. */
import { type Engine, openEngine } from '../../engine/engine.ts'
import { hostPorts } from '../../engine/ground/host-ports.ts'
import type { FromEngine, StartOptions, ToEngine } from './messages.ts'

const port = process.parentPort
let engine: Engine | undefined
/** The server that the person is asked about, and what waits for the answer. */
let asked: { readonly origin: string; readonly answer: (given: boolean) => void } | undefined

function tell(message: FromEngine): void {
  port.postMessage.call(port, message)
}

/** One question at a time: a page that asks again takes its earlier question back. */
function askConsent(origin: string): Promise<boolean> {
  asked?.answer(false)
  return new Promise((resolve) => {
    asked = { origin, answer: resolve }
    tell({ type: 'askConsent', origin })
  })
}

async function start(options: StartOptions): Promise<void> {
  try {
    const consent = { confirm: askConsent, loopback: options.loopback }
    engine = await openEngine(hostPorts({ ...options, face: 'desktop', consent }))
  } catch (error) {
    tell({ type: 'failed', reason: 'internal' })
    throw error
  }
  engine.listen((event) => tell({ type: 'event', event }))
  tell({ type: 'ready' })
  // An engine whose profile is held by another one answers `profileInUse` to everything, for ever.
  const state = await engine.serve({ name: 'session.state', input: {} })
  if (!state.ok && state.failure.kind === 'profileInUse') tell({ type: 'failed', reason: 'profileInUse' })
}

async function close(): Promise<void> {
  await engine?.close()
  tell({ type: 'closed' })
  process.exit(0)
}

port.on('message', ({ data }: { data: ToEngine }) => {
  if (data.type === 'start') void start(data.options)
  else if (data.type === 'close') void close()
  else if (data.type === 'consent') {
    if (data.origin === asked?.origin) asked.answer(data.given)
  } else
    engine?.serve(data.envelope).then(
      (result) => tell({ type: 'answer', id: data.id, result }),
      (error: unknown) => {
        throw error
      },
    )
})
// Ctrl+C in a terminal reaches every process of the group; the main process decides when the engine closes.
process.on('SIGINT', () => undefined)
