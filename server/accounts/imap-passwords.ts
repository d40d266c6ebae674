/**
 * Passwords that the mail server checks (`accounts.verify` is `imap`), so that nobody keeps two equal: one login by IMAP for
 * each, over TLS whose certificate is checked. The only file of the server that knows imapflow.
 */
import type { MailServer } from '../../shared/whitelist/login.ts'
import { fewAtATime } from '../ground/few-at-a-time.ts'
import type { Log } from '../monitoring/log.ts'
import type { Context } from '../settings/context.ts'
import { mailServerOf } from '../settings/mail-server.ts'

/**
 * `unknown`: the server may have seen the password and did not say whether it is right. `notAsked`: it never saw it. `first`:
 * waits before those of whom nothing is known.
 */
export type PasswordsElsewhere = (
  login: string,
  password: string,
  first: boolean,
) => Promise<'right' | 'wrong' | 'unknown' | 'notAsked'>

type Options = {
  readonly server: MailServer
  /** Of the organisation: what stands behind the login name of whoever is unknown. */
  readonly domain: string
  readonly log: Pick<Log, 'warn'>
  /** Milliseconds for a whole login. */
  readonly limitMs?: number
}

/** Connections at once. */
const atOnce = 8
/** Longer than mail servers delay the answer to a wrong password, shorter than clients wait for ours. */
const loginMs = 15_000

/** By the settings; undefined where this server has the passwords itself. */
export async function passwordsElsewhere(
  context: Pick<Context, 'config' | 'folder'>,
  log: Options['log'],
): Promise<PasswordsElsewhere | undefined> {
  const { accounts, mail, domain } = context.config
  if (accounts.verify === 'own' || mail.kind === 'embedded') return undefined
  return imapPasswords({ server: await mailServerOf(context, mail.imap), domain, log })
}

/** Asks the mail server; what goes wrong is logged in words for whoever runs both. */
export function imapPasswords({ server, domain, log, limitMs = loginMs }: Options): PasswordsElsewhere {
  const inTurn = fewAtATime(atOnce)
  return async (login, password, first) => {
    // Within a login these would end one of its parts; no password that was ever set has them.
    if (/[\0\r\n]/.test(password)) return 'wrong'
    const user = login.includes('@') ? login : `${login}@${domain}`
    const failure = await inTurn(() => failureOf(server, { user, pass: password }, limitMs), first)
    if (failure === undefined) return 'right'
    if (failure.kind === 'wrong') return 'wrong'
    log.warn(`passwords cannot be checked: ${words[failure.kind]}`, { code: failure.code })
    return failure.kind === 'refused' || failure.kind === 'silent' ? 'unknown' : 'notAsked'
  }
}

type Kind = 'wrong' | 'refused' | 'silent' | 'certificate' | 'unreachable'
type LoginFailure = { readonly kind: Kind; readonly code: string }

const words: { readonly [K in Exclude<Kind, 'wrong'>]: string } = {
  refused: 'the mail server refuses logins for a reason that is not the password; its log says which',
  silent: 'the mail server did not answer the login in time, or broke it off',
  certificate: 'the mail server’s certificate is not trusted: name its issuer as "ca" of mail.imap in config.json',
  unreachable: 'the mail server is not reachable: look at mail.imap in config.json',
}

/** Undefined: the login succeeded. */
async function failureOf(
  { host, port, security, ca }: MailServer,
  auth: { readonly user: string; readonly pass: string },
  limitMs: number,
): Promise<LoginFailure | undefined> {
  // Loaded only where it is used: a server that has the passwords itself does without the library.
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({
    host,
    port,
    secure: security === 'tls',
    // Required where the settings say so, and never tried where they do not: that is for loopback only.
    doSTARTTLS: security === 'starttls',
    auth,
    // With `ca` only what it signed is trusted: a public authority cannot vouch for the organisation's own server.
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
    verifyOnly: true,
    logger: false,
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
    clientInfo: { name: 'Kith' },
  })
  // Without a listener an `error` event ends the process; the login itself rejects as well.
  client.on('error', () => undefined)
  const late = setTimeout(() => client.close(), limitMs)
  try {
    await client.connect()
    return undefined
  } catch (error) {
    return kindOf(error)
  } finally {
    clearTimeout(late)
    client.close()
  }
}

/** Codes of RFC 5530 after which another password may help. */
const passwordCodes: ReadonlySet<string> = new Set(['AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED'])
/** The password had not been sent. */
const beforeLogin = /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|CONNECT_TIMEOUT|GREETING_TIMEOUT|UPGRADE_TIMEOUT)/

function kindOf(error: unknown): LoginFailure {
  const code = textOf(error, 'code')
  if (error instanceof Error && 'authenticationFailed' in error && error.authenticationFailed === true) {
    const said = textOf(error, 'serverResponseCode').toUpperCase()
    // A server without such codes says no more than no: that counts as a wrong password, so that it slows who guesses.
    return said === '' || passwordCodes.has(said) ? { kind: 'wrong', code: said } : { kind: 'refused', code: said }
  }
  if (/CERT|SIGNATURE|ISSUER|CRL/.test(code)) return { kind: 'certificate', code }
  return { kind: beforeLogin.test(code) ? 'unreachable' : 'silent', code }
}

function textOf(error: unknown, name: 'code' | 'serverResponseCode'): string {
  const value: unknown = error instanceof Error ? Object.entries(error).find(([key]) => key === name)?.[1] : undefined
  return typeof value === 'string' ? value : ''
}
