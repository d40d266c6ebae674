/** A server over real loopback HTTPS that does what the test says, politely or not. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TestCertificate } from './certificates.ts'

type PeerRequest = { readonly path: string; readonly body: string; readonly headers: IncomingMessage['headers'] }
export type Behaviour = (request: PeerRequest, response: ServerResponse, socket: Socket) => void

export type ScriptedPeer = {
  readonly url: string
  readonly port: number
  /** What arrived, in order. */
  readonly requests: readonly PeerRequest[]
  readonly behave: (next: Behaviour) => void
  readonly close: () => Promise<void>
}

export async function scriptedPeer(certificate: TestCertificate, first: Behaviour): Promise<ScriptedPeer> {
  let behaviour = first
  const requests: PeerRequest[] = []
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const seen = { path: request.url ?? '', body: Buffer.concat(chunks).toString('utf8'), headers: request.headers }
      requests.push(seen)
      behaviour(seen, response, request.socket)
    })
    request.on('error', () => undefined)
  })
  // A client that hangs up in the middle is part of the script.
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    requests,
    behave: (next) => {
      behaviour = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
