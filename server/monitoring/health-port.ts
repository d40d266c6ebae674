/** /health and /metrics on a loopback port of their own: nothing about the service's inside is on the public one. */
import type { Server } from 'node:net'
import { fastify } from 'fastify'
import type { Exposed } from './metrics.ts'

type HealthPort = { readonly port: number; close(): Promise<void> }

/** `alive` asks the store a question: a server without its store is not healthy. */
export async function openHealthPort(
  port: number,
  metrics: Exposed,
  alive: () => Promise<boolean>,
): Promise<HealthPort> {
  const app = fastify({ logger: false, forceCloseConnections: true })
  app.get('/health', async (_request, reply) => {
    const healthy = await alive().catch(() => false)
    return reply.code(healthy ? 200 : 503).send({ healthy })
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  // Never on another address, whatever the settings say: numbers of logins and faults help whoever attacks.
  await app.listen({ host: '127.0.0.1', port })
  return { port: portOf(app.server.address()) ?? port, close: () => app.close() }
}

/** The port of a listening server. */
export function portOf(address: ReturnType<Server['address']>): number | undefined {
  return typeof address === 'object' ? address?.port : undefined
}
