/** Where clients find their mail: the embedded servers, started here, or those that the settings name. */
import type { MailServers } from '../../shared/whitelist/login.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { UsageRecorder } from '../administration/usage.ts'
import type { Hub } from '../client/push/hub.ts'
import type { TlsFiles } from '../keys/certificate.ts'
import { gatewayOf, type KeyRing } from '../keys/key-ring.ts'
import type { Whitelists } from '../lists/whitelists.ts'
import type { Log } from '../monitoring/log.ts'
import type { Config } from '../settings/config.ts'
import type { Context } from '../settings/context.ts'
import { mailServerOf } from '../settings/mail-server.ts'
import { StoreUnusable } from '../store/failures.ts'
import type { MailLog } from './ports.ts'
import { systemDns } from './smtp/dkim.ts'
import { startMail } from './start.ts'

type OpenMail = {
  readonly servers: MailServers
  readonly ports: { readonly smtp?: number; readonly imap?: number; readonly inbound?: number }
  close(): Promise<void>
}

type MailParts = {
  readonly accounts: Accounts
  readonly whitelists: Whitelists
  readonly tls: TlsFiles
  readonly log: Log
  readonly hub: Hub
  readonly keyRing: KeyRing
  readonly usage: UsageRecorder
}

/** Starts the embedded servers, or reads where the others are; `close` ends what was started. */
export async function openMail(context: Context, parts: MailParts): Promise<OpenMail> {
  const { mail } = context.config
  if (mail.kind === 'embedded') return openEmbedded(context, { ...parts, mail })
  const servers = {
    imap: await mailServerOf(context, mail.imap),
    smtp: await mailServerOf(context, mail.smtp),
    ...(mail.authserv === undefined ? {} : { authserv: mail.authserv }),
  }
  return { servers, ports: {}, close: async () => undefined }
}

/** Its connections learn of new messages within one process only. */
const mailElsewhere =
  'another server of this store runs the embedded mail: set "mail" in config.json to "external" here, with that server’s address'

type EmbeddedParts = MailParts & { readonly mail: Extract<Config['mail'], { kind: 'embedded' }> }

async function openEmbedded(
  context: Context,
  { mail, accounts, whitelists, tls, log, hub, keyRing, usage }: EmbeddedParts,
): Promise<OpenMail> {
  const { config, store, clock } = context
  const release = await store.claim('mail')
  if (!release) throw new StoreUnusable(mailElsewhere)
  const { kind: _kind, inbound, ...needed } = mail
  const starting = startMail({
    store,
    accounts,
    whitelists,
    usage,
    gatewayKey: gatewayOf(keyRing),
    dns: systemDns,
    tls,
    domain: config.domain,
    clock,
    log: mailLog(log),
    ports: { ...needed, ...(inbound === undefined ? {} : { inbound }) },
    host: config.listen,
  })
  const server = await starting.catch(async (error: unknown) => {
    await release()
    throw error
  })
  // A changed password or a disabled account ends the mail connections, too.
  const undo = hub.listenAll((poke) => {
    if (poke.access) server.drop(poke.list.slice('L-'.length))
  })
  const { host } = config
  return {
    servers: {
      imap: { host, port: server.imapPort, security: 'tls', ca: tls.cert },
      smtp: { host, port: server.smtpPort, security: 'tls', ca: tls.cert },
    },
    ports: {
      smtp: server.smtpPort,
      imap: server.imapPort,
      ...(server.inboundPort === undefined ? {} : { inbound: server.inboundPort }),
    },
    async close() {
      undo()
      await server.close()
      await release()
    },
  }
}

/** The same allow-list as everywhere: facts of other names are dropped. */
export function mailLog(log: Log): MailLog {
  const pick = ({
    account,
    kind,
    recipients,
    bytes,
    error,
  }: Readonly<Record<string, string | number | boolean>> = {}) => ({
    ...(typeof account === 'string' ? { user: account } : {}),
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(typeof recipients === 'number' ? { count: recipients } : {}),
    ...(typeof bytes === 'number' ? { bytes } : {}),
    ...(typeof error === 'string' ? { error } : {}),
  })
  return {
    info: (event, facts) => log.info(event, pick(facts)),
    error: (event, facts) => log.error(event, pick(facts)),
  }
}
