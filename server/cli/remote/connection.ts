/** Calls of the administration service from another machine: read and written by the same declarations as on the server. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { typedXml } from '../../../shared/soap/limits.ts'
import type { XmlElement } from '../../../shared/soap/xml.ts'
import { contentTypes, readCall, writeCall } from '../../admin-soap/envelope.ts'
import { type AdminFault, type FaultKind, failed, faultDetails } from '../../admin-soap/faults.ts'
import { adminPath } from '../../admin-soap/http.ts'
import { operationsByName } from '../../admin-soap/operations.ts'
import { readValue } from '../../admin-soap/typed-xml.ts'
import { codeOf } from '../../ground/durable-file.ts'
import type { Transport } from '../transport.ts'
import { Unreachable } from './unreachable.ts'

/** A server elsewhere and what opens it. Over TLS the token goes only after the certificate was looked at. */
export type RemoteServer = {
  readonly url: URL
  readonly token: string
  /** SHA-256 of the server's certificate, hex; without: one that this machine trusts anyway. */
  readonly pin?: string
}

/** Has operations done by a server elsewhere. */
export function connectTo(server: RemoteServer): Transport {
  return {
    async call(name, given, schema) {
      const operation = operationsByName.get(name)
      if (!operation) return failed('BadRequest', { place: '', why: `there is no operation ${name}` })
      // Checked here already, by the server's own declaration: a typing error is told without a call.
      const input = operation.input.safeParse(given)
      if (!input.success) {
        const [issue] = input.error.issues
        return failed('BadRequest', { place: issue?.path.join('.') ?? '', why: issue?.message ?? 'unreadable' })
      }
      const read = readCall(await exchange(server, writeCall(name, operation.input, input.data, '1.2')), '1.2')
      if (!read.ok) throw new Unreachable(`the answer is none of this service: ${read.why}`)
      const { element, isFault } = read.value
      if (isFault) return { ok: false, fault: faultIn(element) }
      const value = readValue(operation.wire, element)
      const parsed = value.ok ? schema.safeParse(value.value) : undefined
      if (!parsed?.success) throw new Unreachable('the answer does not read: the server has another version')
      return { ok: true, value: parsed.data }
    },
  }
}

function faultIn(fault: XmlElement): AdminFault {
  const detail = fault.children.find(({ local }) => local === 'Detail')?.children[0]
  const kind = (Object.keys(faultDetails) as FaultKind[]).find((one) => one === detail?.local)
  const value = kind && detail ? readValue(faultDetails[kind], detail) : undefined
  const parsed = kind && value?.ok ? faultDetails[kind].safeParse(value.value) : undefined
  return parsed?.success ? ({ kind, detail: parsed.data } as AdminFault) : { kind: 'Internal', detail: {} }
}

/** Longer than the 20 seconds for which the service waits for a signature. */
const timeoutMs = 60_000

async function exchange(server: RemoteServer, body: string): Promise<Uint8Array> {
  try {
    const call =
      server.url.protocol === 'https:' ? await overTls(server) : httpRequest({ ...targetOf(server), agent: false })
    return await new Promise((resolve, reject) => {
      call.once('error', reject)
      call.setTimeout(timeoutMs, () => call.destroy(new Unreachable('the server does not answer')))
      call.once('response', (answer) => void collect(answer).then(resolve, reject))
      call.end(body)
    })
  } catch (error) {
    if (error instanceof Unreachable) throw error
    const code = codeOf(error)
    if (code === undefined) throw error
    throw new Unreachable(`cannot reach ${server.url.origin} (${code})`)
  }
}

/** The certificate is looked at before anything is sent: the token is for this server only. */
async function overTls(server: RemoteServer): Promise<ClientRequest> {
  const { hostname, port } = server.url
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const opened = connect(
      {
        host,
        port: Number(port === '' ? 443 : port),
        ...(isIP(host) === 0 ? { servername: host } : {}),
        minVersion: 'TLSv1.2',
        // With a pin the certificate is compared below instead: the server's own is signed by nobody.
        rejectUnauthorized: server.pin === undefined,
      },
      () => resolve(opened),
    )
    opened.setTimeout(timeoutMs, () => opened.destroy(new Unreachable('the server does not answer')))
    opened.once('error', reject)
  })
  const found = socket.getPeerCertificate().fingerprint256?.replaceAll(':', '').toLowerCase()
  if (server.pin !== undefined && found !== server.pin) {
    socket.destroy()
    throw new Unreachable('the server has another certificate than the pinned one')
  }
  // No agent: it would open a connection of its own.
  return httpsRequest({ ...targetOf(server), createConnection: () => socket })
}

function targetOf({ url, token }: RemoteServer) {
  const { hostname, port } = url
  const headers = { 'content-type': contentTypes['1.2'], authorization: `Bearer ${token}` }
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: adminPath,
    method: 'POST',
    headers,
  } as const
}

async function collect(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += Buffer.byteLength(chunk)
    if (length > typedXml.maxBytes) throw new Unreachable('the answer is too large')
    chunks.push(Buffer.from(chunk))
  }
  return Buffer.concat(chunks)
}
