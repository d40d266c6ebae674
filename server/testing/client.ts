/** For tests: a client of KWP/1 that speaks over HTTPS as any client would, and can be told to misbehave. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { type AskName, type AskOutput, type AskQuestion, asks } from '../../shared/asks.ts'
import type { SoapFault } from '../../shared/soap/faults.ts'
import { soapContentType, soapPath } from '../../shared/soap/namespaces.ts'
import { operations, readFields, readSyncAnswer, writeFields } from '../../shared/soap/operations.ts'
import { readEnvelope } from '../../shared/soap/reader.ts'
import { writeEnvelope } from '../../shared/soap/writer.ts'
import { openAskAnswer } from '../../shared/whitelist/ask.ts'
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { openLoginAnswer, type SessionAnswer, sealLogin } from '../../shared/whitelist/login.ts'
import { acceptFirst, decodeManifest, keysOf, type SignedManifest } from '../../shared/whitelist/manifest.ts'
import {
  encodeRequest,
  type RequestAction,
  type RequestOf,
  type SignedAction,
  signRequest,
} from '../../shared/whitelist/request.ts'
import {
  type CheckedAnswer,
  checkAnswer,
  type OpenRequest,
  type PartialList,
} from '../../shared/whitelist/sync/check-answer.ts'
import { emptyState, type ListState } from '../../shared/whitelist/sync/list-state.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'

/** `from`: address of this machine that the client has. */
export type Target = {
  readonly url: string
  readonly cert?: string
  readonly from?: string
  /** The clock of the clients, where it is moved together with the server's. */
  readonly now?: () => number
}
type HttpAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

export function exchange(
  target: Target,
  path: string,
  sent?: { readonly body: Uint8Array | string; readonly headers?: Readonly<Record<string, string>> },
  asked: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const url = new URL(path, target.url)
  const make = url.protocol === 'https:' ? request : httpRequest
  const headers = sent ? { 'content-type': soapContentType, ...sent.headers } : asked
  return new Promise((resolve, reject) => {
    const call = make(
      url,
      {
        method: sent ? 'POST' : 'GET',
        headers,
        ...(target.cert ? { ca: target.cert } : {}),
        ...(target.from ? { localAddress: target.from } : {}),
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        )
        answer.once('error', reject)
      },
    )
    call.once('error', reject)
    call.end(sent?.body)
  })
}

type Told =
  | { readonly ok: true; readonly fields: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly fault: SoapFault; readonly http: HttpAnswer }

export async function tell(target: Target, envelope: string | Uint8Array): Promise<Told> {
  const http = await exchange(target, soapPath, { body: envelope })
  const read = readEnvelope(http.body)
  return read.ok ? { ok: true, fields: read.fields } : { ok: false, fault: read.fault, http }
}

type Device = { readonly id: string; readonly dsig: Uint8Array; readonly dbox: Uint8Array }

export function newDevice(): Device {
  return { id: `d-${Buffer.from(randomBytes(8)).toString('hex')}`, dsig: randomBytes(32), dbox: randomBytes(32) }
}

type HelloAnswer = { readonly manifest: SignedManifest; readonly non: string; readonly sNon: string }

export async function sayHello(target: Target): Promise<HelloAnswer> {
  const non = toBase64(randomBytes(24))
  const told = await tell(target, writeEnvelope({ operation: 'HelloRequest', fields: writeFields({ non }) }))
  const answer = told.ok ? readFields(operations.Hello.response, told.fields) : undefined
  const manifest = decodeManifest(answer?.manifest.at(-1) ?? new Uint8Array())
  if (!answer || !manifest || !acceptFirst(primitives, manifest, { now: Date.now() }).ok) throw new Error('no hello')
  return { manifest, non, sNon: answer.sNon }
}

type Credentials = { readonly user: string; readonly password: string; readonly code?: string }

/** The envelope of a login, to be sent once or, by an attacker, twice. */
export function loginEnvelope(hello: HelloAnswer, device: Device, { user, password, code }: Credentials): string {
  const DsigPk = toBase64(primitives.signPublicKey(device.dsig))
  const DboxPk = toBase64(primitives.boxPublicKey(device.dbox))
  const asked = {
    usr: user,
    pw: password,
    sNon: hello.sNon,
    non: hello.non,
    dev: device.id,
    devName: 'test',
    DsigPk,
    DboxPk,
  }
  const [serverKey = new Uint8Array()] = keysOf(hello.manifest, 'sk')
  const sealed = sealLogin(primitives, { ...asked, ...(code === undefined ? {} : { code }) }, serverKey, randomBytes)
  return signedEnvelope(device, { action: 'Login', sid: '', bytes: sealed })
}

export function signedEnvelope(
  device: Device,
  call: { readonly action: SignedAction; readonly sid: string; readonly bytes: Uint8Array },
  signer = device.dsig,
): string {
  const sig = signRequest(primitives, call, signer)
  const field = call.action === 'Login' ? 'sealed' : 'b'
  return writeEnvelope({
    operation: `${call.action}Request`,
    header: writeFields({ sid: call.sid, dev: device.id, sig }),
    fields: writeFields({ [field]: call.bytes }),
  })
}

type AskTold<N extends AskName> =
  | { readonly ok: true; readonly out: AskOutput<N> }
  | { readonly ok: false; readonly kind: string; readonly detail?: unknown }

type SignIn = { readonly ok: true; readonly client: TestClient } | Extract<Told, { readonly ok: false }>

export async function signIn(target: Target, credentials: Credentials, device = newDevice()): Promise<SignIn> {
  const hello = await sayHello(target)
  const told = await tell(target, loginEnvelope(hello, device, credentials))
  if (!told.ok) return told
  const answer = readFields(operations.Login.response, told.fields)
  const keys = { freshKeys: keysOf(hello.manifest, 'fk'), boxSecret: device.dbox }
  const session = answer && openLoginAnswer(primitives, { sealed: answer.sealed, signature: answer.sig }, hello, keys)
  if (!session) throw new Error('the answer to the login does not open')
  return { ok: true, client: new TestClient(target, device, { manifest: hello.manifest, session }) }
}

export async function signedIn(target: Target, credentials: Credentials, device = newDevice()): Promise<TestClient> {
  const result = await signIn(target, credentials, device)
  if (!result.ok) throw new Error(`not signed in: ${result.fault.code}`)
  return result.client
}

/** A signed-in device with its list; checks every answer as the product's client does. */
export class TestClient {
  readonly target: Target
  readonly device: Device
  readonly session: SessionAnswer
  state: ListState
  seq = 0

  constructor(
    target: Target,
    device: Device,
    { manifest, session }: { readonly manifest: SignedManifest; readonly session: SessionAnswer },
  ) {
    this.target = target
    this.device = device
    this.session = session
    const { usr, dev, lst } = session
    this.state = emptyState({ org: manifest.m.org, usr, dev, lst }, manifest)
  }

  /** Fields that every request has, with the next number. */
  common() {
    this.seq += 1
    const { usr, dev } = this.session
    return { usr, dev, non: toBase64(randomBytes(24)), seq: this.seq }
  }

  place() {
    const { lst, ep, ver } = this.state
    return { lst, ep, ver }
  }

  syncRequest(want: 'auto' | 'full' = 'auto', part = 0): RequestOf<'Sync'> {
    const { head, manifest } = this.state
    return { ...this.common(), ...this.place(), head, want, part, man: manifest.m.ver }
  }

  envelope<A extends RequestAction>(action: A, asked: RequestOf<A>): string {
    return signedEnvelope(this.device, { action, sid: this.session.sid, bytes: encodeRequest(action, asked) })
  }

  call<A extends RequestAction>(action: A, asked: RequestOf<A>): Promise<Told> {
    return tell(this.target, this.envelope(action, asked))
  }

  /** A question beyond the list, and its answer as the server signed it. */
  async ask<N extends AskName>(what: N, input: AskQuestion<N>): Promise<AskTold<N>> {
    const asked = { ...this.common(), what, in: input as RequestOf<'Ask'>['in'] }
    const told = await this.call('Ask', asked)
    if (!told.ok) return { ok: false, kind: told.fault.code }
    const sealed = readFields(operations.Ask.response, told.fields)
    const keys = { freshKeys: keysOf(this.state.manifest, 'fk'), boxSecret: this.device.dbox }
    const answer = sealed && openAskAnswer(primitives, sealed, asked, keys)
    if (!answer) throw new Error('the answer does not open')
    if (!answer.ok) return answer
    return { ok: true, out: asks[what].output.parse(answer.out) as AskOutput<N> }
  }

  waitEnvelope(): string {
    return this.envelope('Wait', { ...this.common(), ...this.place() })
  }

  /** Syncs until all parts are there, and takes the new state. */
  async sync(want: 'auto' | 'full' = 'auto'): Promise<CheckedAnswer | SoapFault> {
    let parts: PartialList | undefined
    for (;;) {
      const asked = this.syncRequest(parts ? 'full' : want, parts?.received.length ?? 0)
      const told = await this.call('Sync', asked)
      if (!told.ok) return told.fault
      const answer = readSyncAnswer(told.fields)
      if (!answer) throw new Error('the answer does not read')
      const open: OpenRequest = { ...asked, ...(parts ? { parts } : {}) }
      const checked = checkAnswer(this.state, open, answer, {
        now: (this.target.now ?? Date.now)(),
        primitives,
        boxSecret: this.device.dbox,
      })
      if (checked.ok && checked.step === 'part') parts = checked.partial
      else {
        if (checked.ok && checked.step === 'applied') this.state = checked.state
        return checked
      }
    }
  }
}
