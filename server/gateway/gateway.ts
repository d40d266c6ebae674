/**
 * The gateway process: composition of the policy service, the filters, the quarantine's errands and the health port.
 * A message passes `policy.ts` (Postfix's questions) and `outgoing-filter.ts`, or only `mail/smtp/inbound.ts` where
 * it comes from outside; `dispatch.ts` judges it for each recipient, and `next-hop.ts` hands it on.
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseAddress } from '../../shared/address.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { createUsageRecorder } from '../administration/usage.ts'
import type { Done } from '../ground/refusals.ts'
import { repeat } from '../ground/repeat.ts'
import type { TlsFiles } from '../keys/certificate.ts'
import { keysMs } from '../keys/key-ring.ts'
import { readTls } from '../keys/tls.ts'
import { SocketFolderUnfit } from '../mail/listener.ts'
import { mailLog } from '../mail/open-mail.ts'
import { type Dns, systemDns } from '../mail/smtp/dkim.ts'
import { inboundOptions } from '../mail/smtp/inbound.ts'
import { noMailbox, SmtpReply } from '../mail/smtp/reply.ts'
import { type SmtpOptions, startSmtp } from '../mail/smtp/strict-server.ts'
import { submissionOptions } from '../mail/smtp/submission.ts'
import { createTasks, type Tasks } from '../mail/tasks.ts'
import { openHealthPort } from '../monitoring/health-port.ts'
import { whyNotListening } from '../monitoring/listening.ts'
import { bugFields, type Log } from '../monitoring/log.ts'
import { createGatewayMetrics, type Decision, type GatewayMetrics } from '../monitoring/metrics.ts'
import type { Context } from '../settings/context.ts'
import { sendDigests } from './digest.ts'
import { dispatchMessage } from './dispatch.ts'
import { createLoginProofs, type LoginProofs } from './login-proof.ts'
import { filterTimeoutMs, outgoingOptions } from './outgoing-filter.ts'
import { type GatewayParts, gatewayParts, quarantineOf } from './parts.ts'
import { startPolicy } from './policy.ts'

/** The doors that were opened; ports differ from the settings where these say 0. */
export type GatewayReady = {
  readonly sockets?: string
  readonly incoming?: number
  readonly submission?: number
  readonly metrics: number
}
type RunningGateway = { readonly ready: GatewayReady; close(): Promise<void> }

type Closers = (() => Promise<void> | void)[]
type Means = { readonly log: Log; readonly dns?: Dns }

/** Starts every door of the gateway, or none: `why` says what could not listen. `close` waits for what is under way. */
export async function startGateway(context: Context, { log, dns = systemDns }: Means): Promise<Done<RunningGateway>> {
  const { sockets, incoming, submission } = context.config.gateway
  if ((sockets ?? incoming ?? submission) === undefined) return { ok: false, why: noDoors }
  const tls = await readTls(context)
  if (!tls.ok) return tls
  const closers: Closers = []
  // The other way round: what was opened last may use what was opened before it.
  const close = async () => {
    for (const step of closers.splice(0).toReversed()) await step()
  }
  try {
    return { ok: true, value: { ready: await startParts(context, { log, dns, tls: tls.value, closers }), close } }
  } catch (error) {
    await close()
    const why = error instanceof SocketFolderUnfit ? error.message : whyNotListening(error)
    if (why === undefined) throw error
    return { ok: false, why }
  }
}

const noDoors =
  'config.json opens no door of the gateway: say "sockets" (beside Postfix) or "submission" and "incoming", see docs/gateway.md'

type Parts = Required<Means> & { readonly tls: TlsFiles; readonly closers: Closers }

async function startParts(context: Context, { log, dns, tls, closers }: Parts): Promise<GatewayReady> {
  const { config, store, clock } = context
  const { gateway } = config
  const failed = (error: unknown) => log.error('bug', bugFields(error))
  const metrics = createGatewayMetrics()
  const tasks = createTasks()
  const usage = createUsageRecorder({ store, clock, every: (ms, work) => repeat(ms, work, failed), failed })
  closers.push(() => usage.close())
  // Ended before what it counts is written.
  closers.push(() => tasks.idle())
  const proofs = createLoginProofs(clock)
  const parts = { ...(await gatewayParts(context, dns, log)), usage, log: mailLog(log), tasks, proofs }
  const doors = doorsOf(parts, metrics)
  const lost = (error: Error) => log.info('smtp.connection', { error: error.name })
  const open = async (options: SmtpOptions, place: Omit<Parameters<typeof startSmtp>[1], 'failed'>) => {
    const door = await startSmtp(options, { ...place, failed: lost })
    closers.push(() => door.close())
    return door.port
  }
  const { listen: host, sockets } = gateway
  if (sockets !== undefined) {
    const decided = (decision: Decision) => metrics.decided('policy', decision)
    const policy = await startPolicy({ ...parts, decided }, `${sockets}/policy`)
    closers.push(() => policy.close())
    await open(doors.outgoing, { at: { socket: `${sockets}/outgoing` } })
    await open(doors.incoming, { at: { socket: `${sockets}/incoming` } })
  }
  const clients = await pinnedClients(context)
  const incoming =
    gateway.incoming === undefined
      ? undefined
      : await open(doors.incoming, {
          at: { host, port: gateway.incoming },
          ...(clients ? { tls: { ...tls, clients } } : {}),
        })
  const submission =
    gateway.submission === undefined
      ? undefined
      : await open(doors.submission, { at: { host, port: gateway.submission }, tls })
  closers.push(repeat(keysMs, async () => void (await parts.keyRing.current()), failed))
  const quarantine = quarantineOf(context, parts, notSent(log))
  const release = () => tasks.run(quarantine.sendReleased())
  closers.push(repeat(releaseMs, async () => void (await release()), failed))
  const digests = () => tasks.run(sendDigests({ ...parts, store, failed }))
  closers.push(repeat(gateway.digestMinutes * 60_000, async () => void (await digests()), failed))
  closers.push(repeat(expiryMs, async () => metrics.expired(await tasks.run(quarantine.expire())), failed))
  const ownFile = context.config.store.kind === 'sqlite' ? context.folder.path : undefined
  const health = await openHealthPort(gateway.metricsPort, metrics, { store, folder: ownFile })
  closers.push(() => health.close())
  log.info('serving', { port: health.port })
  return {
    metrics: health.port,
    ...(sockets === undefined ? {} : { sockets }),
    ...(incoming === undefined ? {} : { incoming }),
    ...(submission === undefined ? {} : { submission }),
  }
}

/** The certificates of those who may hand messages in by the network. */
async function pinnedClients({ config, folder }: Context): Promise<readonly X509Certificate[] | undefined> {
  const { clients } = config.gateway
  if (clients === undefined) return undefined
  const text = await readFile(resolve(folder.path, clients), 'utf8')
  return (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  )
}

/** A mail server's words may name people. */
function notSent(log: Log): (error: unknown) => void {
  return (error) =>
    log.error('release.failed', error instanceof SmtpReply ? { code: error.responseCode } : bugFields(error))
}

/** How often somebody looks for what was released: whoever asked for a message waits for it. */
const releaseMs = 1_000
/** How often the quarantine is swept. */
const expiryMs = 3_600_000

type DoorParts = GatewayParts & {
  readonly log: ReturnType<typeof mailLog>
  readonly tasks: Tasks
  readonly proofs: LoginProofs
}
type Doors = { readonly [door in 'outgoing' | 'incoming' | 'submission']: SmtpOptions }

function doorsOf(parts: DoorParts, metrics: GatewayMetrics): Doors {
  const sendingBy = (door: 'outgoing' | 'incoming') => {
    const decided = (decision: Decision) => metrics.decided(door, decision)
    return {
      ...parts,
      deliver: (job: Parameters<typeof dispatchMessage>[1]) => dispatchMessage({ ...parts, decided }, job),
    }
  }
  const out = { ...sendingBy('outgoing'), reach: (key: string) => parts.accounts.byAddress(key) }
  const into = { ...sendingBy('incoming'), reach: (key: string) => reachedHere(parts, key) }
  return {
    outgoing: counting(outgoingOptions(out), (decision) => metrics.decided('outgoing', decision)),
    submission: counting(submissionOptions(out), (decision) => metrics.decided('outgoing', decision)),
    incoming: counting({ ...inboundOptions(into), socketTimeout: filterTimeoutMs }, (decision) =>
      metrics.decided('incoming', decision),
    ),
  }
}

/** No relay: somebody with an account, or anybody in the domains that the settings name. */
async function reachedHere(
  { accounts, domains }: { readonly accounts: Accounts; readonly domains: ReadonlySet<string> },
  key: string,
) {
  const account = await accounts.byAddress(key)
  const parsed = parseAddress(key, { unicode: true })
  if (!account && !(parsed.ok && domains.has(parsed.value.domain))) {
    throw noMailbox()
  }
  return account
}

type Failure = Error & { readonly responseCode?: number }
type Answer = (error?: Failure | null) => void

/** What a door refuses or puts off, in the metrics. */
function counting(options: SmtpOptions, decided: (decision: Decision) => void): SmtpOptions {
  const counted = (done: Answer) => (error?: Failure | null) => {
    if (error) decided((error.responseCode ?? 500) < 500 ? 'deferred' : 'refused')
    done(error)
  }
  return {
    ...options,
    onRcptTo: (address, session, done) => options.onRcptTo?.(address, session, counted(done)),
    onData: (stream, session, done) => options.onData?.(stream, session, counted(done)),
  }
}
