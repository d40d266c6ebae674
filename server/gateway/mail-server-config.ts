/** The configuration of the mail server beside the gateway, made from the settings: what the command prints. */
import { maxRecipients } from '../../shared/message.ts'
import { maxMessageBytes } from '../mail/limits.ts'
import type { GatewayConfig } from '../settings/config.ts'

type PostfixServices = {
  /** Name in master.cf of the service that takes mail from the world. */
  readonly mx: string
  /** Names of those that take mail from signed-in users. */
  readonly submission: readonly string[]
}

/** Tells the gateway's address to Postfix, IPv6 in brackets. */
function inet(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * A shell script of `postconf` calls: it changes these settings and leaves all others as they are.
 *
 * The filters stand before the queue (`smtpd_proxy_filter`): what the whitelist refuses is refused in the session, with
 * 550 and the rule, and Postfix never has to send a bounce. An after-queue `content_filter` could only bounce.
 */
export function postfixConfig(gateway: GatewayConfig, { mx, submission }: PostfixServices): string {
  const { listen, policy, outgoing, incoming, next } = gateway
  const back = inet(next.host, next.port)
  const lines = [
    '#!/bin/sh -e',
    '# Kith: Postfix asks the gateway. Run as root, then "postfix reload". Written by "kith-server gateway config postfix".',
    '',
    '# SMTP smuggling: a message ends with CR LF . CR LF and with nothing else.',
    set('smtpd_forbid_bare_newline', 'yes'),
    set('smtpd_forbid_unauth_pipelining', 'yes'),
    set('smtpd_data_restrictions', 'reject_unauth_pipelining'),
    set('strict_rfc821_envelopes', 'yes'),
    '# What the gateway accepts.',
    set('message_size_limit', String(maxMessageBytes)),
    '# Whom Postfix asks. Without an answer nothing is accepted.',
    set('kith_policy', `check_policy_service inet:${inet(listen, policy)}`),
    set('smtpd_policy_service_default_action', '451 4.3.5 The gateway does not answer, try again later'),
    set('smtpd_policy_service_timeout', '20s'),
    '# Only root may hand mail to sendmail: it would pass by the gateway.',
    set('authorized_submit_users', 'root'),
    '',
    '# From the world: through the filter for incoming mail. No login here.',
    ...onService(mx, {
      smtpd_proxy_filter: inet(listen, incoming),
      smtpd_sasl_auth_enable: 'no',
      smtpd_discard_ehlo_keywords: 'dsn,etrn,chunking,silent-discard',
    }),
    ...submission.flatMap((name) => ['', ...submissionService(name, inet(listen, outgoing))]),
    '',
    '# The way back from the gateway to the queue. What it judged is not changed any more.',
    `postconf -M '${back}/inet=${back} inet n - n - - smtpd'`,
    ...onService(back, {
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
    '',
  ]
  return lines.join('\n')
}

function submissionService(name: string, filter: string): readonly string[] {
  return [
    `# From signed-in users (${name}): Postfix asks for each recipient, and again before the message.`,
    ...onService(name, {
      smtpd_sasl_auth_enable: 'yes',
      smtpd_tls_auth_only: 'yes',
      smtpd_client_restrictions: 'permit_sasl_authenticated,reject',
      smtpd_sender_restrictions: '',
      smtpd_relay_restrictions: 'permit_sasl_authenticated,reject',
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
  return Object.entries(settings).map(([name, value]) => `postconf -P '${service}/inet/${name}=${value}'`)
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
}

# And in Postfix:
#   postconf -e 'smtpd_sasl_type = dovecot' 'smtpd_sasl_path = private/auth'
#   postconf -e 'virtual_transport = lmtp:unix:private/dovecot-lmtp'
`
}
