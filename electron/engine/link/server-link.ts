/** The link to one whitelist server: Hello and Login, and signed calls inside the session that a login opened. */
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { operations, readFields, writeFields } from '../../../shared/soap/operations.ts'
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { Primitives } from '../../../shared/whitelist/bytes/primitives.ts'
import { maxManifestSteps } from '../../../shared/whitelist/limits.ts'
import { type HelloNonces, openLoginAnswer, type SessionAnswer, sealLogin } from '../../../shared/whitelist/login.ts'
import { keysOf, type SignedManifest } from '../../../shared/whitelist/manifest.ts'
import { encodeRequest, type RequestAction, type RequestOf, signRequest } from '../../../shared/whitelist/request.ts'
import type { Ports } from '../ground/ports.ts'
import type { Identity } from '../keys/identity.ts'
import { type Exchanged, type ExchangeFailure, exchange, type Fields } from '../soap/exchange.ts'
import type { PostOptions, SoapClient } from '../soap/soap-client.ts'
import type { Trust } from './trust.ts'

type LinkDependencies = {
  readonly client: SoapClient
  readonly primitives: Primitives
  readonly ports: Pick<Ports, 'random' | 'clock' | 'log'>
  readonly trust: Trust
  /** The device as the server knows it. */
  readonly identity: Pick<Identity, 'keys' | 'userId' | 'nextSeq'>
  readonly deviceName: string
}

/** What a person proves to be themselves by. `code`: the one-time secret of an enrolment code. */
export type Credentials = { readonly user: string; readonly password: string; readonly code?: string }
/** What every signed request repeats. */
export type Common = { readonly usr: string; readonly dev: string; readonly non: string; readonly seq: number }

/** One server, as one device speaks to it. */
export type ServerLink = {
  /** Opens a session; a refused nonce or signature is tried once more with a new Hello. */
  login(credentials: Credentials): Promise<Exchanged<SessionAnswer>>
  /** A signed call. Without a session it goes out with an empty one: a revoked device may still ask for its command. */
  readonly call: <A extends RequestAction>(
    action: A,
    make: (common: Common) => RequestOf<A>,
    options?: Partial<PostOptions>,
  ) => Promise<Exchanged<Fields>>
  readonly hasSession: boolean
  readonly dropSession: () => void
  readonly close: () => void
}

/** Milliseconds for an ordinary exchange. */
const callLimit = 30_000

/** A link that connects when something is said, and keeps its session until it is dropped. */
export function openServerLink(deps: LinkDependencies): ServerLink {
  // The session lives in memory alone: a copy of the disk holds none.
  let sid: string | undefined
  const login = async (credentials: Credentials) => {
    let answer = await loginOnce(deps, credentials)
    if (!answer.ok && wantsNewHello(answer)) answer = await loginOnce(deps, credentials)
    if (answer.ok) sid = answer.value.sid
    return answer
  }
  return {
    login,
    call: async (action, make, options = {}) => {
      // A nonce and a number of its own for every request, repeated ones too: the answer is then bound to this very
      // one.
      const common = commonOf(deps)
      const signed = { action, sid: sid ?? '', bytes: encodeRequest(action, make(common)) }
      const sig = signRequest(deps.primitives, signed, deps.identity.keys().dsig)
      const header = writeFields({ sid: signed.sid, dev: common.dev, sig })
      const question = { operation: action, fields: writeFields({ b: signed.bytes }), header }
      return exchange(deps.client, question, { timeout: callLimit, ...options })
    },
    get hasSession() {
      return sid !== undefined
    },
    dropSession: () => {
      sid = undefined
    },
    close: () => {
      sid = undefined
      deps.client.close()
    },
  }
}

function commonOf({ identity, ports }: LinkDependencies): Common {
  const { device } = identity.keys()
  return { usr: identity.userId(), dev: device, non: toBase64(ports.random(24)), seq: identity.nextSeq() }
}

/** Faults after which a new Hello and one more try are right (protocol.md section 10). */
export function wantsNewHello(failed: ExchangeFailure): boolean {
  return failed.fault === 'BadSignature' || failed.fault === 'Replay' || failed.fault === 'StaleNonce'
}

type Greeting = { readonly nonces: HelloNonces; readonly manifest: SignedManifest }

async function loginOnce(deps: LinkDependencies, credentials: Credentials): Promise<Exchanged<SessionAnswer>> {
  const greeting = await hello(deps)
  if (!greeting.ok) return greeting
  const { nonces, manifest } = greeting.value
  // The first of a kind is in use (protocol.md section 1).
  const [serverKey] = keysOf(manifest, 'sk')
  if (!serverKey) return fail('untrustedServer')
  const { primitives, ports } = deps
  const keys = deps.identity.keys()
  const question = {
    usr: credentials.user,
    pw: credentials.password,
    ...(credentials.code === undefined ? {} : { code: credentials.code }),
    ...nonces,
    dev: keys.device,
    devName: deps.deviceName,
    DsigPk: toBase64(primitives.signPublicKey(keys.dsig)),
    DboxPk: toBase64(primitives.boxPublicKey(keys.dbox)),
  }
  const sealed = sealLogin(primitives, question, serverKey, ports.random)
  const sig = signRequest(primitives, { action: 'Login', sid: '', bytes: sealed }, keys.dsig)
  const header = writeFields({ sid: '', dev: keys.device, sig })
  const answer = await exchange(
    deps.client,
    { operation: 'Login', fields: writeFields({ sealed }), header },
    { timeout: callLimit },
  )
  if (!answer.ok) return answer
  const fields = readFields(operations.Login.response, answer.value)
  const opened =
    fields &&
    openLoginAnswer(primitives, { sealed: fields.sealed, signature: fields.sig }, nonces, {
      freshKeys: keysOf(manifest, 'fk'),
      boxSecret: keys.dbox,
    })
  // The server's word for another device is not for us, even if our key opens it.
  return opened && opened.dev === keys.device ? ok(opened) : fail('untrustedServer')
}

async function hello(deps: LinkDependencies): Promise<Exchanged<Greeting>> {
  const non = toBase64(deps.ports.random(24))
  const man = deps.trust.after()
  const question = { operation: 'Hello' as const, fields: writeFields({ non, man }) }
  const answer = await exchange(deps.client, question, { timeout: callLimit })
  if (!answer.ok) return answer
  const fields = readFields(operations.Hello.response, answer.value)
  if (!fields) return fail('untrustedServer')
  const trusted: Result<SignedManifest, 'untrustedServer'> = deps.trust.follow(fields.manifest)
  if (!trusted.ok) return trusted
  // The answer was full, so there may be more steps; the newest keys are those of the last one.
  if (fields.manifest.length === maxManifestSteps && deps.trust.after() !== man) return hello(deps)
  return ok({ nonces: { non, sNon: fields.sNon }, manifest: trusted.value })
}
