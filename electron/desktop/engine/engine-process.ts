/** The engine's own process, so that the window never waits for the store, for cryptography or for mail. */
import { type Engine, openEngine } from '../../engine/engine.ts'
import { hostPorts } from '../../engine/ground/host-ports.ts'
import type { FromEngine, StartOptions, ToEngine } from './messages.ts'

const port = process.parentPort
let engine: Engine | undefined

function tell(message: FromEngine): void {
  port.postMessage.call(port, message)
}

async function start(options: StartOptions): Promise<void> {
  try {
    engine = await openEngine(hostPorts({ ...options, face: 'desktop' }))
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
  else
    engine?.serve(data.envelope).then(
      (result) => tell({ type: 'answer', id: data.id, result }),
      (error: unknown) => {
        throw error
      },
    )
})
// Ctrl+C in a terminal reaches every process of the group; the main process decides when the engine closes.
process.on('SIGINT', () => undefined)
