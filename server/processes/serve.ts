/**
 * The serving process: composition of the SOAP service, push, embedded mail, health port and the policy process
 * beside it. The policy process is forked by `policy/policy-supervisor.ts`, since this one never loads the policy
 * key; the gateway is a process of its own (`gateway/gateway.ts`).
 */
import { isIPv6 } from 'node:net'
import { createAccounts } from '../accounts/accounts.ts'
import { passwordsElsewhere } from '../accounts/imap-passwords.ts'
import { provenLifeMs } from '../accounts/proven.ts'
import { createSessions } from '../accounts/sessions.ts'
import { addAdministration } from '../admin-soap/http.ts'
import { importFigures } from '../administration/import-states.ts'
import { createUsageRecorder } from '../administration/usage.ts'
import { createHttp } from '../client/http.ts'
import { openHub } from '../client/push/hub.ts'
import { attachPush } from '../client/push/socket.ts'
import type { Service } from '../client/service.ts'
import type { Done } from '../ground/refusals.ts'
import { repeat } from '../ground/repeat.ts'
import type { TlsFiles } from '../keys/certificate.ts'
import { type KeyRing, keysMs, openKeyRing } from '../keys/key-ring.ts'
import { expiryWarning } from '../keys/manifests.ts'
import { readTls } from '../keys/tls.ts'
import { createMaterial } from '../lists/material.ts'
import { createWhitelists } from '../lists/whitelists.ts'
import { openMail } from '../mail/open-mail.ts'
import { openHealthPort, portOf } from '../monitoring/health-port.ts'
import { whyNotListening } from '../monitoring/listening.ts'
import { failureTo, type Log } from '../monitoring/log.ts'
import { createMetrics } from '../monitoring/metrics.ts'
import { createOrganisations } from '../organisation/organisation.ts'
import { supervisePolicy } from '../policy/policy-supervisor.ts'
import type { Context } from '../settings/context.ts'
import { faultOfMailServers } from '../settings/mail-server.ts'
import { tellSetup } from './try-setup.ts'

/** What the command line may say; all else is in `config.json`. */
export type ServeOptions = {
  readonly port?: number
  /** Plain HTTP, on loopback only: for tests and for a proxy on the same machine. */
  readonly insecureLoopback?: boolean
  /** `spared`: the password alone opens the administration, for the demo, whose people have no authenticator. */
  readonly authenticator?: 'spared'
}

/** Where the server can be reached, with the ports that it got. */
export type Ready = {
  readonly url: string
  readonly smtp?: number
  readonly imap?: number
  readonly inbound?: number
  readonly metrics: number
}
/** `cert`: the certificate that is shown, PEM; absent over plain HTTP. */
export type Running = { readonly ready: Ready; readonly cert?: string; close(): Promise<void> }

/** How often the coming end of the manifest is said again. */
const warnMs = 24 * 3_600_000
/** How often ended sessions, nonces and old pokes are swept away. */
const sweepMs = 60_000
/** Pokes are hints for those who are connected now. */
const pokeLifeMs = 3_600_000
/** Counters of failed logins are forgotten a day after their last use. */
const attemptLifeMs = 24 * 3_600_000

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/**
 * Starts all of it, or nothing: `why` says what could not listen or be read. `close` ends it in the order in which
 * that is safe.
 */
export async function startServer(context: Context, log: Log, options: ServeOptions = {}): Promise<Done<Running>> {
  const { config } = context
  // Passwords and tokens come this way: in the clear they stay within the machine.
  if (options.insecureLoopback && !loopback.has(config.listen)) {
    return { ok: false, why: `plain HTTP is for loopback only, and "listen" is ${config.listen}` }
  }
  const tls = await readTls(context)
  if (!tls.ok) return tls
  // Never passed over: clients would trust whom the settings do not name.
  const unnamed = await faultOfMailServers(context)
  if (unnamed !== undefined) return { ok: false, why: `${context.folder.config}: ${unnamed}` }
  const closers: (() => Promise<void> | void)[] = []
  const close = async () => {
    for (const step of closers.splice(0).toReversed()) await step()
  }
  try {
    const ready = await startParts(context, log, { options, tls: tls.value, closers })
    return { ok: true, value: { ready, ...(options.insecureLoopback ? {} : { cert: tls.value.cert }), close } }
  } catch (error) {
    await close()
    const why = whyNotListening(error)
    if (why === undefined) throw error
    return { ok: false, why }
  }
}

type Parts = {
  readonly options: ServeOptions
  readonly tls: TlsFiles
  readonly closers: (() => Promise<void> | void)[]
}

async function startParts(context: Context, log: Log, { options, tls, closers }: Parts): Promise<Ready> {
  const { config, folder, store, clock } = context
  const failed = failureTo(log)
  const metrics = createMetrics({ imports: () => importFigures(store) })
  const accounts = createAccounts({ store, clock, elsewhere: await passwordsElsewhere(context, log) })
  const every = (ms: number, work: () => Promise<void>) => repeat(ms, work, failed)
  // Closers run the other way round. The hub comes first, so it is the last that others lose.
  const hub = await openHub({ store, every })
  closers.push(() => hub.close())
  closers.push(every(sweepMs, () => sweep(context)))
  const whitelists = createWhitelists({ store, clock })
  const keyRing = await watchKeys(context, log, { every, closers })
  const usage = createUsageRecorder({ store, clock, every, failed })
  closers.push(() => usage.close())
  const mail = await openMail(context, { accounts, whitelists, tls, log, hub, keyRing, usage })
  closers.push(() => mail.close())
  const scheme = options.insecureLoopback ? 'http' : 'https'
  let url = ''
  const policy = supervisePolicy(folder.path, log, metrics.policyRestart)
  closers.push(() => policy.close())
  const service: Service = {
    ...context,
    log,
    metrics,
    accounts,
    sessions: createSessions({ store, clock }),
    material: createMaterial(store),
    hub,
    keys: keyRing,
    organisations: createOrganisations(),
    mail: mail.servers,
    waits: new Map(),
    newsTold: new Map(),
    policy,
    url: () => url,
    ...(options.insecureLoopback ? {} : { cert: tls.cert }),
    ...(options.authenticator && { authenticator: options.authenticator }),
  }
  const { requestsPerMinute, proxies } = config
  const secured = options.insecureLoopback ? {} : { tls }
  const http = await createHttp(service, { ...secured, url: service.url, requestsPerMinute, proxies })
  await addAdministration(http, service)
  closers.push(async () => {
    // Held Waits are answered first: closing would otherwise last until the latest of them is over.
    for (const end of service.waits.values()) end()
    await http.close()
  })
  await http.listen({ host: config.listen, port: options.port ?? config.port })
  const push = attachPush(service, http.server)
  closers.push(() => push.close())
  const port = portOf(http.server.address()) ?? config.port
  url = `${scheme}://${isIPv6(config.host) ? `[${config.host}]` : config.host}:${port}`
  const ownFile = config.store.kind === 'sqlite' ? folder.path : undefined
  const health = await openHealthPort(config.metricsPort, metrics, { store, folder: ownFile })
  closers.push(() => health.close())
  log.info('serving', { port })
  closers.push(tellingSetup(context, log))
  return { url, ...mail.ports, metrics: health.port }
}

/** In the background: nobody waits for a mail server that is away. */
function tellingSetup(context: Context, log: Log): () => Promise<void> {
  const ending = new AbortController()
  const told = tellSetup(context, log, ending.signal).catch(failureTo(log))
  return () => {
    ending.abort()
    return told
  }
}

type Watch = {
  readonly every: (ms: number, work: () => Promise<void>) => () => void
  readonly closers: (() => void)[]
}

async function watchKeys(context: Context, log: Log, { every, closers }: Watch): Promise<KeyRing> {
  const keyRing = await openKeyRing(context)
  closers.push(every(keysMs, async () => void (await keyRing.current())))
  const warn = async () => warnOfExpiry(context, keyRing, log)
  closers.push(every(warnMs, warn))
  await warn()
  return keyRing
}

/** An expired manifest stops every client: the root key is far away, so this is said in time (protocol.md 3.1). */
function warnOfExpiry({ clock }: Context, keyRing: KeyRing, log: Log): void {
  const warning = expiryWarning(keyRing.last().manifest, clock.now())
  if (warning)
    log.warn('manifest expires soon: run "kith-server manifest renew"', { count: warning.days, kind: 'days' })
}

async function sweep({ store, clock }: Context): Promise<void> {
  const now = clock.now()
  await store.sessions.removeExpired(now)
  await store.access.removeAttempts(now - attemptLifeMs)
  await store.access.removeProven(now - provenLifeMs)
  await store.lists.removeAnnounced(now - pokeLifeMs)
}
