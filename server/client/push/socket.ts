/**
 * Push by WebSocket (protocol.md 7, way 2): the client's first message is a signed Wait envelope, the server's messages
 * are WaitResponse envelopes. The only file that imports the WebSocket library.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { operationOfRequest, writeFields } from '../../../shared/soap/operations.ts'
import { readEnvelope } from '../../../shared/soap/reader.ts'
import { writeEnvelope, writeFault } from '../../../shared/soap/writer.ts'
import { bugFields } from '../../monitoring/log.ts'
import { authenticate, type Caller, hasSession } from '../authenticate.ts'
import { maxRequestBody } from '../http.ts'
import { fault, type Service } from '../service.ts'
import { isNewer } from '../wait.ts'
import type { Poke } from './hub.ts'

/** Where clients connect. */
export const pushPath = '/kith/push'
/** A connection that has not said who it is by then is closed. */
const introductionMs = 10_000
/** Dead peers are noticed, and middle boxes kept from forgetting the connection. */
const pingMs = 30_000
/** Close codes of our own (RFC 6455 7.4.2). */
const closeRefused = 4_001
const closeReplaced = 4_002

type Push = { close(): void }

/** Takes WebSocket upgrades on the push path of an HTTP server; `close` ends the connections. */
export function attachPush(service: Service, server: Server): Push {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxRequestBody, perMessageDeflate: false })
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A browser's page has no business here: it would bring an Origin.
    if (request.url !== pushPath || request.headers.origin !== undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (connection) => welcome(service, connection))
  }
  server.on('upgrade', upgrade)
  return {
    close() {
      server.off('upgrade', upgrade)
      for (const connection of sockets.clients) connection.terminate()
      sockets.close()
    },
  }
}

function welcome(service: Service, connection: WebSocket): void {
  service.metrics.sockets(1)
  const timer = setTimeout(() => connection.terminate(), introductionMs)
  // Without a listener an error of one peer would end the process.
  connection.on('error', () => connection.terminate())
  connection.once('close', () => {
    clearTimeout(timer)
    service.metrics.sockets(-1)
  })
  connection.once('message', (data: Buffer) => {
    clearTimeout(timer)
    introduce(service, connection, data).catch((error: unknown) => {
      service.log.error('bug', bugFields(error))
      connection.terminate()
    })
  })
}

async function introduce(service: Service, connection: WebSocket, data: Buffer): Promise<void> {
  const envelope = readEnvelope(data)
  const isWait = envelope.ok && operationOfRequest(envelope.operation) === 'Wait'
  // The same proof as for every call: the WebSocket itself knows nobody.
  const asked = isWait ? await authenticate(service, 'Wait', { envelope }) : fault('BadRequest')
  const row = asked.ok ? await service.store.lists.ofUser(asked.value.device.user) : undefined
  const refused = asked.ok ? fault('BadRequest') : asked
  if (!asked.ok || row?.id !== asked.value.request.lst) return refuse(connection, writeFault(refused.fault))
  // It may be gone by now: nothing would ever end the following of it.
  if (connection.readyState !== WebSocket.OPEN) return
  follow(service, connection, asked.value)
  // Read again: a change between the first reading and the listening would be lost.
  const now = await service.store.lists.get(row.id)
  if (now && isNewer(now, asked.value.request)) send(connection, { ...now, list: now.id })
}

function refuse(connection: WebSocket, text: string): void {
  connection.send(text)
  connection.close(closeRefused)
}

/** One connection a device: the newest. */
function follow(service: Service, connection: WebSocket, { device, sid }: Caller<'Wait'>): void {
  const key = `push ${device.user} ${device.id}`
  const replace = () => connection.close(closeReplaced)
  // A device that lost its connection comes back before the server notices: the old one is closed, not counted beside
  // it.
  service.waits.get(key)?.()
  service.waits.set(key, replace)
  const check = async () => {
    const known = await service.store.devices.get(device.user, device.id)
    const live = known?.state === 'active' && (await hasSession(service, device, sid))
    if (!live) refuse(connection, writeFault({ code: known?.state === 'active' ? 'SessionExpired' : 'DeviceRevoked' }))
    return live
  }
  const receive = async (poke: Poke) => {
    // A disabled account or locked device is shut out when it happens, not when it asks next.
    if (!poke.access || (await check())) send(connection, poke)
  }
  const failed = (error: unknown) => {
    service.log.error('bug', bugFields(error))
    connection.terminate()
  }
  const undo = service.hub.listen(`L-${device.user}`, (poke) => void receive(poke).catch(failed))
  let alive = true
  connection.on('pong', () => {
    alive = true
  })
  const timer = setInterval(() => {
    if (!alive) return connection.terminate()
    alive = false
    connection.ping()
    check().catch(failed)
  }, pingMs)
  connection.once('close', () => {
    undo()
    clearInterval(timer)
    if (service.waits.get(key) === replace) service.waits.delete(key)
  })
}

let shared: { readonly key: string; readonly frame: Buffer } | undefined

/** The same bytes for every device of a list: made once. */
function send(connection: WebSocket, { list, epoch, version }: Omit<Poke, 'access' | 'news'>): void {
  const key = `${list} ${epoch} ${version}`
  if (shared?.key !== key) {
    const text = writeEnvelope({
      operation: 'WaitResponse',
      fields: writeFields({ lst: list, ep: epoch, ver: version }),
    })
    shared = { key, frame: Buffer.from(text) }
  }
  connection.send(shared.frame, { binary: false })
}
