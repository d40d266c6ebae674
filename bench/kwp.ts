/** A client of KWP/1 for measurements: real keys, real checks of every answer, one connection that is kept. */
import * as crypto from 'node:crypto'
import { Agent, request } from 'node:https'
import * as zlib from 'node:zlib'
import { WebSocket } from 'ws'
import type { Person } from '../e2e/support/organisation.ts'
import { soapContentType, soapPath } from '../shared/soap/namespaces.ts'
import { operations, readFields, readSyncAnswer, writeFields } from '../shared/soap/operations.ts'
import { readEnvelope } from '../shared/soap/reader.ts'
import { writeEnvelope } from '../shared/soap/writer.ts'
import { toBase64 } from '../shared/whitelist/bytes/encoding.ts'
import { nodePrimitives } from '../shared/whitelist/bytes/node-primitives.ts'
import { openLoginAnswer, type SessionAnswer, sealLogin } from '../shared/whitelist/login.ts'
import { decodeManifest, keysOf } from '../shared/whitelist/manifest.ts'
import { encodeRequest, type RequestAction, type RequestOf, signRequest } from '../shared/whitelist/request.ts'
import { checkAnswer, type PartialList } from '../shared/whitelist/sync/check-answer.ts'
import { emptyState, type ListState } from '../shared/whitelist/sync/list-state.ts'

const primitives = nodePrimitives(crypto, zlib)
const random = (count: number): Uint8Array => new Uint8Array(crypto.randomBytes(count))

/** `url`: of the server, or of a tunnel to it. */
type Target = { readonly url: string; readonly ca: string; readonly agent: Agent }
export type Keys = { readonly dsig: Uint8Array; readonly dbox: Uint8Array }
type Session = Pick<SessionAnswer, 'usr' | 'dev' | 'sid' | 'lst'>
export type Poke = { readonly ep: number; readonly ver: number }

/** A server as a client sees it. `ca`: its certificate in PEM. */
export function targetAt(url: string, ca: string): Target {
  return { url, ca, agent: new Agent({ keepAlive: true, ca }) }
}

/** One envelope over HTTPS; the fields of its answer. A fault throws. */
export async function post({ url, agent }: Pick<Target, 'url' | 'agent'>, envelope: string) {
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const headers = { 'content-type': soapContentType, 'content-length': Buffer.byteLength(envelope) }
    const call = request(new URL(soapPath, url), { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('end', () => resolve(Buffer.concat(chunks)))
      answer.once('error', reject)
    })
    call.once('error', reject)
    call.end(envelope)
  })
  return fieldsOf(bytes)
}

function fieldsOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const read = readEnvelope(bytes)
  if (!read.ok) throw new Error(`the server answers ${read.fault.code}`)
  return read.fields
}

/** A device's requests: signed, and numbered upwards. */
export class Signer {
  readonly session: Session
  readonly #keys: Keys
  #seq = 0

  constructor(session: Session, keys: Keys) {
    this.session = session
    this.#keys = keys
  }

  common() {
    const { usr, dev } = this.session
    this.#seq += 1
    return { usr, dev, non: toBase64(random(24)), seq: this.#seq }
  }

  envelope<A extends RequestAction>(action: A, asked: RequestOf<A>): string {
    const { sid, dev } = this.session
    const bytes = encodeRequest(action, asked)
    const sig = signRequest(primitives, { action, sid, bytes }, this.#keys.dsig)
    const header = writeFields({ sid, dev, sig })
    return writeEnvelope({ operation: `${action}Request`, header, fields: writeFields({ b: bytes }) })
  }

  wait({ ep, ver }: Poke): string {
    return this.envelope('Wait', { ...this.common(), lst: this.session.lst, ep, ver })
  }
}

/** Secret keys of a new device. */
export function newKeys(): Keys {
  return { dsig: random(32), dbox: random(32) }
}

/** Signs a new device in with the secret of an enrolment code; the server checks the password. */
export async function signInTo(target: Target, person: Person, code?: string): Promise<Client> {
  const keys = newKeys()
  const non = toBase64(random(24))
  const hello = writeEnvelope({ operation: 'HelloRequest', fields: writeFields({ non }) })
  const introduced = readFields(operations.Hello.response, await post(target, hello))
  const manifest = introduced && decodeManifest(introduced.manifest.at(-1) ?? new Uint8Array())
  if (!manifest) throw new Error('the server does not introduce itself')
  const { sNon } = introduced
  const dev = `bench-${crypto.randomBytes(8).toString('hex')}`
  const asked = {
    usr: person.user,
    pw: person.password,
    ...(code === undefined ? {} : { code }),
    sNon,
    non,
    dev,
    devName: 'bench',
    DsigPk: toBase64(primitives.signPublicKey(keys.dsig)),
    DboxPk: toBase64(primitives.boxPublicKey(keys.dbox)),
  }
  const [serverKey = new Uint8Array()] = keysOf(manifest, 'sk')
  const sealed = sealLogin(primitives, asked, serverKey, random)
  const sig = signRequest(primitives, { action: 'Login', sid: '', bytes: sealed }, keys.dsig)
  const header = writeFields({ sid: '', dev, sig })
  const login = writeEnvelope({ operation: 'LoginRequest', header, fields: writeFields({ sealed }) })
  const answer = readFields(operations.Login.response, await post(target, login))
  const opening = { freshKeys: keysOf(manifest, 'fk'), boxSecret: keys.dbox }
  const session =
    answer && openLoginAnswer(primitives, { sealed: answer.sealed, signature: answer.sig }, { non, sNon }, opening)
  if (!session) throw new Error('the answer to the login does not open')
  const { usr, lst } = session
  return new Client(target, { session, keys, state: emptyState({ org: manifest.m.org, usr, dev, lst }, manifest) })
}

/** A device with its list. */
export class Client {
  target: Target
  state: ListState
  readonly signer: Signer
  readonly #boxSecret: Uint8Array

  constructor(
    target: Target,
    { session, keys, state }: { readonly session: Session; readonly keys: Keys; readonly state: ListState },
  ) {
    this.target = target
    this.signer = new Signer(session, keys)
    this.state = state
    this.#boxSecret = keys.dbox
  }

  /** Fetches what is new, in parts where the list is long, checks it all, and takes it. */
  async sync(): Promise<void> {
    let parts: PartialList | undefined
    for (;;) {
      const { lst, ep, ver, head, manifest } = this.state
      const want = { want: parts ? 'full' : 'auto', part: parts?.received.length ?? 0, man: manifest.m.ver } as const
      const asked = { ...this.signer.common(), lst, ep, ver, head, ...want }
      const answer = readSyncAnswer(await post(this.target, this.signer.envelope('Sync', asked)))
      if (!answer) throw new Error('the answer does not read')
      const checks = { now: Date.now(), primitives, boxSecret: this.#boxSecret }
      const checked = checkAnswer(this.state, { ...asked, ...(parts ? { parts } : {}) }, answer, checks)
      if (!checked.ok) throw new Error(`the answer is refused: ${JSON.stringify(checked)}`)
      if (checked.step === 'part') parts = checked.partial
      else {
        if (checked.step === 'applied') this.state = checked.state
        return
      }
    }
  }

  /** A held Wait: resolves when the list has moved, or when the hold is over. */
  async held(): Promise<void> {
    await post(this.target, this.signer.wait(this.state))
  }

  /** Follows the list on a WebSocket; calls back for each poke. */
  async follow(poked: () => void): Promise<WebSocket> {
    const socket = await openSocket(this.target)
    socket.on('message', poked)
    socket.send(this.signer.wait(this.state))
    return socket
  }

  holds(address: string): boolean {
    for (const { entry } of this.state.entries.values()) if (entry.m === address) return true
    return false
  }
}

/** Opens the push connection; rejects where the server refuses it. */
export function openSocket({ url, ca }: Pick<Target, 'url' | 'ca'>): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/kith/push`, { ca, perMessageDeflate: false })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}
