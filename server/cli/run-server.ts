/** What `serve` and `demo` do: start, say so in one line, and run until told to end. */
import { writeSync } from 'node:fs'
import { startGateway } from '../gateway/gateway.ts'
import { createLog, type Log } from '../monitoring/log.ts'
import { startDemo } from '../processes/demo/demo.ts'
import { type Running, startServer } from '../processes/serve.ts'
import { openContext } from '../settings/context.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'

/** The data folder, and the file descriptor that takes the line which says that it serves. */
type Serving = { readonly data: string; readonly readyFd: number }
/** `port`: HTTPS port instead of the one in the settings; `insecureLoopback`: plain HTTP. */
type ServingClients = Serving & { readonly port?: number | undefined; readonly insecureLoopback?: boolean | undefined }

/** Serves a data folder until told to end. */
export async function serve({ data, port, insecureLoopback, readyFd }: ServingClients): Promise<Outcome> {
  const log = createLog()
  const context = await openContext(data)
  if (!context.ok) return unavailable(context.why)
  const options = { ...(port === undefined ? {} : { port }), insecureLoopback: insecureLoopback === true }
  try {
    const running = await startServer(context.value, log, options)
    if (!running.ok) return unavailable(running.why)
    // Before it is told: who reads the line may end us at once.
    const ended = untilEnded(running.value, log)
    tellReady(readyFd, running.value.ready)
    await ended
    return succeeded('', {})
  } finally {
    await context.value.store.close()
  }
}

/** Serves the demo's folder, made where it is missing, until told to end. */
export async function demo({ data, port, readyFd }: ServingClients): Promise<Outcome> {
  const log = createLog()
  const started = await startDemo(data, log, port)
  if (!started.ok) return unavailable(started.why)
  const { running, demo: offered, store } = started.value
  const ended = untilEnded(running, log)
  tellReady(readyFd, { ...running.ready, demo: offered })
  await ended
  await store.close()
  return succeeded('', {})
}

/** Runs the gateway of a data folder until told to end. */
export async function gateway({ data, readyFd }: Serving): Promise<Outcome> {
  const log = createLog()
  const context = await openContext(data)
  if (!context.ok) return unavailable(context.why)
  const running = await startGateway(context.value, { log })
  if (running.ok) {
    const ended = untilEnded(running.value, log)
    tellReady(readyFd, running.value.ready)
    await ended
  }
  await context.value.store.close()
  return running.ok ? succeeded('', {}) : unavailable(running.why)
}

function tellReady(fd: number, facts: object): void {
  writeSync(fd, `${JSON.stringify({ ready: true, ...facts })}\n`)
}

async function untilEnded(running: Pick<Running, 'close'>, log: Log): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<string>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  // A parent that forked us and is gone needs no server any more.
  process.once('disconnect', () => resolve('disconnect'))
  const kind = await promise
  log.info('ending', { kind })
  await running.close()
}
