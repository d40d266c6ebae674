/** The server's settings: `config.json` in the data folder, written by `init` and edited by hand. */
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { jsonOf } from '../../shared/json.ts'
import { releasedBySchema } from '../../shared/quarantine.ts'
import type { Done } from '../ground/refusals.ts'
import type { Folder } from './folder.ts'
import { storeSettings } from './open-configured.ts'

const port = z.number().int().min(0).max(65_535)
const mailServer = z.strictObject({
  host: z.string().min(1),
  port: port.min(1),
  security: z.enum(['tls', 'starttls', 'none']),
  /** File with a certificate to trust, PEM. */
  ca: z.string().optional(),
})

/** Ports of the embedded mail; 0 takes any free one. */
const embeddedMail = z.strictObject({
  kind: z.literal('embedded'),
  smtp: port.default(8465),
  imap: port.default(8993),
  inbound: port.optional(),
})
const externalMail = z.strictObject({
  kind: z.literal('external'),
  imap: mailServer,
  smtp: mailServer,
  /** Name under which that server signs its Authentication-Results (guard.md I5). */
  authserv: z.string().optional(),
})

/** A path that Postfix and a shell take as it stands. */
const path = z.string().regex(/^\/[A-Za-z0-9./_+-]{0,80}$/, 'is no absolute path of plain characters')

/** Where messages go on to. Files are relative to the data folder; `cert` and `key`: what the gateway shows there. */
const next = z.union([
  z.strictObject({ socket: path }),
  z
    .strictObject({
      host: z.string().min(1),
      port,
      tls: z
        .strictObject({
          ca: z.string().exactOptional(),
          cert: z.string().exactOptional(),
          key: z.string().exactOptional(),
        })
        .exactOptional(),
    })
    .refine(({ host, tls }) => isLoopback(host) || tls !== undefined, {
      message: 'messages would cross the network in the clear: say "tls", or a host of this machine',
    }),
])

function isLoopback(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host)
}

/** The gateway beside Postfix or another mail server (docs/gateway.md). Port 0 takes any free one. */
const gatewayForm = z.strictObject({
  /** Folder of the sockets at which Postfix asks who may send to whom, and through which messages pass. */
  sockets: path.optional(),
  /** Address of the two ports. */
  listen: z.string().default('127.0.0.1'),
  /** Messages from the world, from mail servers that know no such sockets. */
  incoming: port.optional(),
  /** PEM file, relative to the data folder: who holds the key of one of its certificates may connect to `incoming`. */
  clients: z.string().optional(),
  /** Submission with TLS and a login of the gateway's own, for mail servers that cannot ask it. */
  submission: port.optional(),
  next: next.default({ socket: '/var/spool/postfix/public/kith' }),
  /** Domains beside the organisation's own for which mail is taken in. */
  domains: z.array(z.string().min(1).max(253)).max(1_000).default([]),
  /** Messages that a recipient's whitelist does not admit: delivered marked, or kept on the server. */
  held: z.enum(['mark', 'quarantine']).default('mark'),
  /** Who decides that a message leaves the quarantine: the user whose it is, or an administrator on the user's request. */
  releaseBy: releasedBySchema.default('administrator'),
  /** What the verdict says of a message that was released though no whitelist admits it. */
  release: z.enum(['hold', 'pass']).default('hold'),
  /** Days that a message stays in quarantine. */
  quarantineDays: z.number().int().min(1).max(365).default(30),
  /** Minutes between two messages that tell a user of new ones in quarantine. */
  digestMinutes: z.number().int().min(1).max(10_080).default(60),
  /** Loopback port of /health and /metrics. */
  metricsPort: port.default(9_465),
})

const gateway = z.preprocess(
  withoutFormerPorts,
  gatewayForm.refine(
    ({ incoming, listen, clients }) => incoming === undefined || isLoopback(listen) || clients !== undefined,
    { path: ['clients'], message: '"incoming" is open to the network: name the certificates of those who may connect' },
  ),
)
/** The gateway's part, with every default filled in. */
export type GatewayConfig = z.infer<typeof gateway>

/**
 * Every data folder was once written with ports for Postfix, which are no more: whoever reached them could send as
 * anybody. They are passed over, so that `serve` goes on; Postfix puts mail off until it is told of the sockets.
 */
function withoutFormerPorts(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || !('policy' in given)) return given
  const { policy: _policy, outgoing: _outgoing, ...kept } = z.looseObject({}).parse(given)
  const isPostfix = kept['submission'] === undefined && kept['incoming'] === 10_032
  const isPostfixNext = JSON.stringify(kept['next']) === '{"host":"127.0.0.1","port":10033}'
  return {
    ...kept,
    incoming: isPostfix ? undefined : kept['incoming'],
    next: isPostfixNext ? undefined : kept['next'],
  }
}

/** The form of config.json. Whatever it does not name is refused, so that a typing error is no silent default. */
export const configSchema = z
  .strictObject({
    /** Names this organisation in every signed object; never changes. */
    org: z.string().min(1).max(64),
    /** Own mail domain: its addresses are internal. */
    domain: z.string().min(1).max(253),
    /** Host name or address under which clients reach the server. */
    host: z.string().min(1).max(253),
    /** Address to listen on. */
    listen: z.string().default('127.0.0.1'),
    port: port.default(8443),
    /** Loopback port of /health and /metrics. */
    metricsPort: port.default(9464),
    /**
     * Own certificate and key instead of the self-signed ones: file names, relative to the data folder. `pinned`: enrolment
     * codes name this very certificate; otherwise clients take any that their system trusts for the host.
     */
    tls: z.strictObject({ cert: z.string(), key: z.string(), pinned: z.boolean().default(true) }).optional(),
    /** Which new devices may fetch a list without an administrator: all, those with an enrolment code, or none. */
    approve: z.enum(['auto', 'enrolled', 'manual']).default('enrolled'),
    /** Oldest version of the app that may send. */
    minClient: z.string().default('0.1.0'),
    /** Days that a signed head is valid; a new one is issued at half of it (protocol.md 3). */
    headDays: z.number().int().min(1).max(90).default(7),
    policy: z
      .strictObject({
        /** What happens to sending when the list is older than it may be (guard.md O7). */
        onExpiry: z.enum(['block', 'internal']).default('block'),
        /** Days without the server before the client's store locks. */
        offlineDays: z.number().int().min(0).max(365).default(7),
        /** Whether a device's store opens by itself, or only with the half of its key that a login brings (protocol.md 9). */
        store: z.enum(['local', 'online-unlock']).default('local'),
        update: z.enum(['user', 'server', 'both']).default('both'),
        /** Whether addresses may be non-ASCII (guard.md A2). */
        unicode: z.boolean().default(false),
      })
      .prefault({}),
    /** Requests of one network (/24, /64) in a minute; more are answered with 503. */
    requestsPerMinute: z.number().int().min(10).default(3_000),
    /** The data folder's own database, or one that several servers share. */
    store: storeSettings.default({ kind: 'sqlite' }),
    /** Addresses or networks of proxies whose word on a client's address counts: tries and requests are limited by it. */
    proxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
    mail: z
      .discriminatedUnion('kind', [embeddedMail, externalMail])
      .default({ kind: 'embedded', smtp: 8465, imap: 8993 }),
    accounts: z
      .strictObject({
        /** Who checks passwords: this server, or the mail server that "mail" names, so that nobody keeps two equal. */
        verify: z.enum(['own', 'imap']).default('own'),
      })
      .prefault({}),
    gateway: gateway.prefault({}),
    /**
     * File that the signed anchors of the audit log are added to, relative to the data folder: best where whoever has the
     * store cannot write (docs/operating.md).
     */
    anchors: z.string().min(1).default('audit-anchors.jsonl'),
  })
  .superRefine(({ accounts, mail }, context) => {
    if (accounts.verify === 'own') return
    const fault = faultOfVerifying(mail)
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['accounts', 'verify'], message: fault })
  })

/** Passwords go to that server: it must be another one, and the way there must be safe. */
function faultOfVerifying(mail: z.infer<typeof embeddedMail> | z.infer<typeof externalMail>): string | undefined {
  if (mail.kind === 'embedded')
    return '"imap" needs a mail server of your own: say where it is ("mail", "kind": "external")'
  if (mail.imap.security !== 'none' || isLoopback(mail.imap.host)) return undefined
  return '"imap" would send passwords in the clear: set "security" of "mail.imap" to "tls" or "starttls"'
}

/**
 * The settings with every default filled in; they are read at the start of a process and do not change while it runs.
 */
export type Config = z.infer<typeof configSchema>

/** Reads the settings; `why` names the field that does not fit. */
export async function readConfig(folder: Folder): Promise<Done<Config>> {
  const text = await readFile(folder.config, 'utf8').catch(() => undefined)
  if (text === undefined) return { ok: false, why: `${folder.path} is not a data folder: run "kith-server init" first` }
  const parsed = configSchema.safeParse(jsonOf(text))
  if (parsed.success) return { ok: true, value: parsed.data }
  const issue = parsed.error.issues[0]
  return { ok: false, why: `${folder.config}: ${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'unreadable'}` }
}

/** Where clients reach the server, unless its port is any free one. */
export function urlOf({ host, port: number }: Pick<Config, 'host' | 'port'>): string | undefined {
  const name = isIPv6(host) ? `[${host}]` : host
  return number === 0 ? undefined : `https://${name}:${number}`
}

/**
 * Whether anything proves which colleague wrote a message: the embedded mail server and the gateway by their verdicts, a
 * mail server by the header that `authserv` names. Without it the mail of colleagues waits in Held (guard.md I2).
 */
export function provesColleagues({ mail, gateway: { sockets, submission, incoming } }: Config): boolean {
  if (mail.kind === 'embedded' || mail.authserv !== undefined) return true
  return sockets !== undefined || submission !== undefined || incoming !== undefined
}

/**
 * Why clients on other machines cannot come in, and what to do; undefined where they can, or where none are meant to. Behind
 * a proxy the server itself may well be on loopback.
 */
export function whyNotReached({
  host,
  listen,
  proxies,
}: Pick<Config, 'host' | 'listen' | 'proxies'>): string | undefined {
  if (isLoopback(host) && !isLoopback(listen))
    return `clients elsewhere look for this server at ${host}, which is their own machine: run "init --host NAME" in a new folder, or set "host" in config.json to the name under which they reach it and "tls" to a certificate for it`
  if (!isLoopback(host) && isLoopback(listen) && proxies.length === 0)
    return `only this machine reaches the server: set "listen" in config.json to "0.0.0.0" (or to one address) and restart "serve", unless a proxy here hands on to it`
  return undefined
}
