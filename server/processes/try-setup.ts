/** What is in the way of an organisation's mail, in words and with a cure: the own certificate, the mail server, the gateway. */
import { X509Certificate } from 'node:crypto'
import { connect, isIP } from 'node:net'
import { join } from 'node:path'
import { readTls } from '../keys/tls.ts'
import { type MailServerFault, tryMailServer } from '../mail/try-server.ts'
import type { Log } from '../monitoring/log.ts'
import { provesColleagues, whyNotReached } from '../settings/config.ts'
import type { Context } from '../settings/context.ts'
import { mailServerOf } from '../settings/mail-server.ts'

/** `place`: the part of config.json that it is about. */
export type SetupFault = { readonly place: string; readonly why: string }
type Looked = Pick<Context, 'config' | 'folder' | 'clock'>

/** Looks at all of it at once; empty where nothing is in the way. */
export async function trySetup(context: Looked, ended: AbortSignal): Promise<readonly SetupFault[]> {
  const { config } = context
  const reach = whyNotReached(config)
  const found = await Promise.all([
    faultsOfCertificate(context),
    faultsOfMail(context, ended),
    faultsOfGateway(context),
  ])
  return [
    ...(reach === undefined ? [] : [{ place: 'host', why: reach }]),
    ...found.flat(),
    ...(provesColleagues(config) ? [] : [{ place: 'gateway', why: unproven }]),
  ]
}

/** The same for the log of whoever serves. */
export async function tellSetup(context: Looked, log: Pick<Log, 'warn'>, ended: AbortSignal): Promise<void> {
  const faults = await trySetup(context, ended)
  if (!ended.aborted) for (const { place, why } of faults) log.warn(`${place}: ${why}`)
}

const unproven =
  'nothing proves which colleague wrote a message, so mail between colleagues will wait in Held: set up the gateway (docs/gateway.md), or, if the mail server removes foreign Authentication-Results, name it as "authserv"'

/** Days before its end from which on a certificate is told. */
const soonDays = 30
const dayMs = 24 * 3_600_000

async function faultsOfCertificate(context: Looked): Promise<readonly SetupFault[]> {
  const tls = await readTls(context)
  if (!tls.ok) return [{ place: 'tls', why: tls.why }]
  const { host, tls: own } = context.config
  const certificate = new X509Certificate(tls.value.cert)
  const left = Math.floor((Date.parse(certificate.validTo) - context.clock.now()) / dayMs)
  const isOther = (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) === undefined
  return [
    ...(isOther
      ? [{ place: 'tls', why: `the certificate is not for ${host}, where clients look for this server: ${cure}` }]
      : []),
    ...(left < soonDays ? [{ place: 'tls', why: `the certificate ends in ${left} days: renew it` }] : []),
    ...(own?.pinned === false && certificate.issuer === certificate.subject
      ? [
          {
            place: 'tls',
            why: 'no client trusts this certificate, which signed itself: say "pinned": true, or use another',
          },
        ]
      : []),
  ]
}

const cure = 'set "host" to a name in it, or name another certificate under "tls" in config.json'

async function faultsOfMail(context: Looked, ended: AbortSignal): Promise<readonly SetupFault[]> {
  const { mail } = context.config
  if (mail.kind === 'embedded') return []
  const found = await Promise.all(
    (['imap', 'smtp'] as const).map(async (name): Promise<readonly SetupFault[]> => {
      const fault = await tryMailServer(name, await mailServerOf(context, mail[name]), ended)
      const code = fault?.code ? ` (${fault.code})` : ''
      return fault ? [{ place: `mail.${name}`, why: `${words[fault.kind]}${code}` }] : []
    }),
  )
  return found.flat()
}

const words: { readonly [K in MailServerFault['kind']]: string } = {
  unreachable: 'nobody answers there: look at "host" and "port", at firewalls, and whether the mail server runs',
  issuer: 'its certificate is not trusted: name the file of its issuer (PEM) as "ca"',
  otherName: 'its certificate is for another name: put the name that stands in it as "host"',
  expired: 'its certificate has expired: renew it on the mail server',
  certificate: 'its certificate cannot be used: put another one on the mail server',
  noTls:
    'it speaks no TLS at this port: with "security" "starttls" it may, or at another port (993 for IMAP, 465 for SMTP)',
  noStarttls: 'it offers no STARTTLS: turn TLS on in the mail server, or use a port with "security" "tls"',
  silent: 'what answers there is no such mail server, or it answers too late: look at "port" and "security"',
  noLogin:
    'it offers no login there: for SMTP that is the port for submission (465 or 587), and AUTH PLAIN has to be on',
}

async function faultsOfGateway({ config }: Looked): Promise<readonly SetupFault[]> {
  const { sockets, submission, incoming, metricsPort } = config.gateway
  if (sockets === undefined && submission === undefined && incoming === undefined) return []
  const place = sockets === undefined ? { host: '127.0.0.1', port: metricsPort } : { path: join(sockets, 'policy') }
  if ('port' in place && place.port === 0) return []
  return (await answers(place)) ? [] : [{ place: 'gateway', why: silent }]
}

const silent =
  'the gateway does not answer, and until it does the mail server takes no mail: start "kith-server gateway", and look at its log'

function answers(
  place: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<boolean> {
  const socket = connect(place)
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
