/** The configuration of the mail server beside the gateway, made from the settings: what the command prints. */
import { basename, dirname } from 'node:path'
import { maxRecipients } from '../../shared/message.ts'
import type { Done } from '../ground/refusals.ts'
import { maxMessageBytes } from '../mail/limits.ts'
import type { GatewayConfig } from '../settings/config.ts'

type PostfixServices = {
  /** Name in master.cf of the service that takes mail from the world. */
  readonly mx: string
  /** Names of those that take mail from signed-in users. */
  readonly submission: readonly string[]
  /** User id under which the gateway runs. */
  readonly owner: number
}

/** Where the two meet, as Postfix is told of it. */
type Sockets = { readonly folder: string; readonly back: string; readonly to: (door: string) => string }

function socketsOf({ sockets, next }: GatewayConfig): Done<Sockets> {
  const back = 'socket' in next ? next.socket : ''
  // Postfix makes the sockets of its services in two folders of its queue; the gateway may enter this one.
  if (sockets === undefined || basename(dirname(back)) !== 'public') return { ok: false, why: noSockets }
  const queue = dirname(dirname(back))
  // From the queue's folder on, so that it holds in a chroot, too.
  const path = sockets.startsWith(`${queue}/`) ? sockets.slice(queue.length + 1) : sockets
  return { ok: true, value: { folder: sockets, back: basename(back), to: (door) => `unix:${path}/${door}` } }
}

const noSockets =
  'config.json names no sockets of Postfix: "gateway": { "sockets": "/var/spool/postfix/kith", "next": { "socket": "/var/spool/postfix/public/kith" } }'

/**
 * A shell script of `postconf` calls: it changes these settings and leaves all others as they are.
 *
 * The filters stand before the queue (`smtpd_proxy_filter`): what the whitelist refuses is refused in the session, with
 * 550 and the rule, and Postfix never has to send a bounce. An after-queue `content_filter` could only bounce.
 */
export function postfixConfig(gateway: GatewayConfig, { mx, submission, owner }: PostfixServices): Done<string> {
  const sockets = socketsOf(gateway)
  if (!sockets.ok) return sockets
  const { folder, back, to } = sockets.value
  const lines = [
    '#!/bin/sh -e',
    '# Kith: Postfix asks the gateway. Run as root, then "postfix reload". Written by "kith-server gateway config postfix".',
    '',
    '# Where Postfix meets the gateway: nobody else may enter the folder.',
    `install -d -o ${owner} -g "$(id -gn "$(postconf -h mail_owner)")" -m 2750 '${folder}'`,
    '# SMTP smuggling: a message ends with CR LF . CR LF and with nothing else.',
    set('smtpd_forbid_bare_newline', 'yes'),
    set('smtpd_forbid_unauth_pipelining', 'yes'),
    set('smtpd_data_restrictions', 'reject_unauth_pipelining'),
    set('strict_rfc821_envelopes', 'yes'),
    '# What the gateway accepts.',
    set('message_size_limit', String(maxMessageBytes)),
    '# Whom Postfix asks. Without an answer nothing is accepted.',
    set('kith_policy', `check_policy_service ${to('policy')}`),
    set('smtpd_policy_service_default_action', '451 4.3.5 The gateway does not answer, try again later'),
    set('smtpd_policy_service_timeout', '20s'),
    '# Only root may hand mail to sendmail: it would pass by the gateway.',
    set('authorized_submit_users', 'root'),
    '',
    '# From the world: through the filter for incoming mail. No login here.',
    ...onService(`${mx}/inet`, {
      smtpd_proxy_filter: to('incoming'),
      smtpd_sasl_auth_enable: 'no',
      smtpd_discard_ehlo_keywords: 'dsn,etrn,chunking,silent-discard',
    }),
    '',
    '# A recipient that Postfix would refuse by itself: the gateway refuses it, and with it the whole message.',
    `cat >"$(postconf -h config_directory)/${commandFile}" <<'END'`,
    'if /^RCPT/',
    `!/^RCPT TO:<[^][:space:]<>"\\(),:;[]+@[A-Za-z0-9][A-Za-z0-9.-]*>[[:space:]]*$/ RCPT TO:<not.an.address@kith.invalid>`,
    'endif',
    'END',
    ...submission.flatMap((name) => ['', ...submissionService(name, to('outgoing'))]),
    '',
    ...wayBack(back),
    '# Ports that earlier versions opened to every user of the machine.',
    `if postconf -M '${formerBack}/inet' | grep -q .; then postconf -MX '${formerBack}/inet'; fi`,
    '',
  ]
  return { ok: true, value: lines.join('\n') }
}

const commandFile = 'kith_commands.regexp'
const commandTable = `regexp:$config_directory/${commandFile}`
const formerBack = '127.0.0.1:10033'

function wayBack(back: string): readonly string[] {
  return [
    '# The way back from the gateway to the queue, for the group of postdrop alone. What was judged is not changed any more.',
    `postconf -M '${back}/unix=${back} unix n - n - - smtpd'`,
    ...onService(`${back}/unix`, {
      syslog_name: 'postfix/kith',
      mynetworks: '127.0.0.0/8,[::1]/128',
      smtpd_client_restrictions: 'permit_mynetworks,reject',
      smtpd_helo_restrictions: '',
      smtpd_sender_restrictions: '',
      smtpd_relay_restrictions: 'permit_mynetworks,reject',
      smtpd_recipient_restrictions: 'permit_mynetworks,reject',
      smtpd_data_restrictions: '',
      smtpd_end_of_data_restrictions: '',
      smtpd_proxy_filter: '',
      smtpd_sasl_auth_enable: 'no',
      smtpd_tls_security_level: 'none',
      smtpd_recipient_limit: String(2 * maxRecipients),
      receive_override_options: 'no_header_body_checks,no_unknown_recipient_checks',
      local_header_rewrite_clients: '',
    }),
  ]
}

function submissionService(name: string, filter: string): readonly string[] {
  return [
    `# From signed-in users (${name}): Postfix asks for each recipient, and again before the message.`,
    ...onService(`${name}/inet`, {
      smtpd_sasl_auth_enable: 'yes',
      smtpd_tls_auth_only: 'yes',
      smtpd_client_restrictions: 'permit_sasl_authenticated,reject',
      smtpd_sender_restrictions: '',
      smtpd_relay_restrictions: 'permit_sasl_authenticated,reject',
      smtpd_command_filter: commandTable,
      smtpd_recipient_limit: String(2 * maxRecipients),
      smtpd_recipient_restrictions: '$kith_policy,reject_unlisted_recipient,permit_sasl_authenticated,reject',
      smtpd_data_restrictions: 'reject_unauth_pipelining,$kith_policy',
      smtpd_proxy_filter: filter,
      smtpd_discard_ehlo_keywords: 'dsn,etrn,chunking,silent-discard',
    }),
  ]
}

function set(name: string, value: string): string {
  return `postconf -e '${name} = ${value}'`
}

/** Values without blanks: `postconf -P` takes no others. */
function onService(service: string, settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).map(([name, value]) => `postconf -P '${service}/${name}=${value}'`)
}

/** A file for Dovecot's conf.d: logins for Postfix, and delivery. `queue`: Postfix's queue directory. */
export function dovecotConfig(queue: string): string {
  return `# Kith: Dovecot checks logins for Postfix and delivers its mail. Written by "kith-server gateway config dovecot".
# The gateway knows people by login name or by address: both in lower case.
auth_username_format = %Lu
disable_plaintext_auth = yes
protocols = $protocols lmtp

service auth {
  unix_listener ${queue}/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}

service lmtp {
  unix_listener ${queue}/private/dovecot-lmtp {
    mode = 0600
    user = postfix
    group = postfix
  }
  # Dovecot opens this one to every user of the machine: what came by it would be in the mailbox unjudged.
  unix_listener lmtp {
    mode = 0600
  }
}

# And in Postfix:
#   postconf -e 'smtpd_sasl_type = dovecot' 'smtpd_sasl_path = private/auth'
#   postconf -e 'virtual_transport = lmtp:unix:private/dovecot-lmtp'
`
}
