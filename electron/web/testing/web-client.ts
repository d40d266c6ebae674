/** A browser's part over real HTTP, with every header in the test's hands. */

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { jsonOf } from '../../../shared/json.ts'
import type { EventEnvelope, Transport } from '../../../shared/rpc.ts'

const eventSchema = z.object({ name: z.string(), value: z.unknown() })

type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }
type Ask = {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** One request; the headers go out exactly as given (`fetch` would set Host and Origin itself). */
export function ask(origin: string, { method = 'GET', path = '/', headers = {}, body }: Ask): Promise<Reply> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Exchanges a link's token for a pass, as the header that carries it. */
export async function openLink(link: string): Promise<string> {
  const { origin, hash } = new URL(link)
  const headers = { origin, authorization: `Bearer ${hash.slice(1)}` }
  const { status, body } = await ask(origin, { method: 'POST', path: '/session', headers })
  if (status !== 200) throw new Error(`the link answered ${status}`)
  return `Bearer ${z.object({ pass: z.string() }).parse(jsonOf(body)).pass}`
}

type WebClient = Transport & {
  /** Resolves once the stream of events is open. */
  readonly listening: () => Promise<void>
  close(): void
}

/** The page's transport, as renderer/web-transport.ts has it, without a browser. */
export function openWebClient(origin: string, authorization: string): WebClient {
  const receivers = new Set<(event: EventEnvelope) => void>()
  const { hostname, port } = new URL(origin)
  let opened: () => void = () => undefined
  const open = new Promise<void>((resolve) => {
    opened = resolve
  })
  const stream = httpRequest(
    { hostname, port, path: '/events', headers: { authorization }, agent: false },
    (response) => {
      let rest = ''
      opened()
      response.setEncoding('utf8')
      response.on('error', () => undefined)
      response.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n\n')
        rest = parts.pop() ?? ''
        for (const part of parts.filter((text) => text.startsWith('data: ')))
          for (const receive of receivers) receive(eventSchema.parse(jsonOf(part.slice('data: '.length))))
      })
    },
  )
  stream.on('error', () => undefined)
  stream.end()
  return {
    send: async (envelope) => {
      const headers = { authorization, origin, 'content-type': 'application/json' }
      const { body } = await ask(origin, { method: 'POST', path: '/call', headers, body: JSON.stringify(envelope) })
      return jsonOf(body)
    },
    listen: (receive) => {
      receivers.add(receive)
      return () => void receivers.delete(receive)
    },
    listening: () => open,
    close: () => stream.destroy(),
  }
}
