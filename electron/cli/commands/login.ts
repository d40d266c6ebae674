/** kith login, kith logout, kith status. */
import type { Failure, FailureKind } from '../../../shared/rpc.ts'
import type { Session } from '../../../shared/session.ts'
import { table } from '../../../shared/text/table.ts'
import { terminalLine } from '../../../shared/text/terminal.ts'
import { enrolmentPrefix } from '../../../shared/whitelist/enrolment.ts'
import type { Command, Context } from '../client.ts'
import { done, failed, type Outcome } from '../outcome.ts'
import { wordsOf } from '../words.ts'

/** The options of `kith login`. Without `server` the enrolment code is asked for, since it is a secret. */
export type LoginOptions = { readonly server?: string; readonly user: string }

/** Shortest passphrase that the contract takes. */
const shortestPassphrase = 8

/** Other users of this machine see the arguments of every process, and shells keep them. */
const codeIsSecret =
  'an enrolment code is a secret and does not belong on the command line, where others can read it: ' +
  'leave --server out, and type the code when asked or give it as the first line of standard input'

/** `extra`: arguments for which there is no use. */
export function login({ server: option, user }: LoginOptions, extra: readonly string[] = []): Command {
  return async (context) => {
    if ([option, ...extra].some((word) => word?.trim().startsWith(enrolmentPrefix)))
      return { ok: false, usage: codeIsSecret }
    if (extra.length > 0) return { ok: false, usage: 'login takes no arguments beside its options' }
    const server = option ?? (await context.input.secret('Enrolment code (or server): '))
    if (server === undefined)
      return { ok: false, usage: 'a server is needed: --server, or an enrolment code, typed or on standard input' }
    const password = await context.input.secret('Password: ')
    if (password === undefined) return { ok: false, usage: 'a password is needed, typed or on standard input' }
    const passphrase = context.passphraseStdin ? await context.input.secret('Passphrase: ') : undefined
    const given = { server, user, password }
    let answer = await context.kith.call('session.signIn', passphrase === undefined ? given : { ...given, passphrase })
    // Only now: where a keychain answers nobody should be made to invent a passphrase.
    if (!answer.ok && wantsPassphrase.has(answer.failure.kind) && context.input.interactive) {
      const chosen = await choosePassphrase(context, answer.failure)
      if (typeof chosen !== 'string') return chosen
      answer = await context.kith.call('session.signIn', { ...given, passphrase: chosen })
    }
    return answer.ok ? signedInOutcome(answer.value) : failed(answer.failure)
  }
}

/** Failures that a new passphrase is a way out of. */
const wantsPassphrase: ReadonlySet<FailureKind> = new Set(['passphraseNeeded', 'keychainUnavailable'])

async function choosePassphrase({ input, streams }: Context, failure: Failure): Promise<string | Outcome> {
  streams.error(`${wordsOf(failure)}.\nA passphrase can protect the store on this device; Ctrl+C to leave it.\n`)
  const first = await input.secret('New passphrase: ')
  const again = await input.secret('Once more: ')
  if (first === undefined || first.length < shortestPassphrase)
    return { ok: false, usage: `a passphrase has at least ${shortestPassphrase} characters` }
  return first === again ? first : { ok: false, usage: 'the two passphrases differ' }
}

function signedInOutcome(session: Session): Outcome {
  if (session.step === 'ready')
    return done(`Signed in as ${terminalLine(session.name)} <${terminalLine(session.address)}>.`, { session })
  if (session.step !== 'pending') return failed({ kind: 'notSignedIn' })
  const text = [
    wordsOf({ kind: 'devicePending' }),
    `  this device: ${session.deviceWords}`,
    `  the server:  ${session.serverWords}`,
    '  Compare both with an administrator, then run "kith login" again.',
  ].join('\n')
  return failed({ kind: 'devicePending' }, text)
}

/** `kith logout`: ends the session at the server and here. */
export const logout: Command = async ({ kith }) => {
  const answer = await kith.call('session.signOut', {})
  return answer.ok ? done('Signed out.', { session: answer.value }) : failed(answer.failure)
}

/** `kith status`: the session, the list, and how secrets are kept. */
export const status: Command = async ({ kith }) => {
  const session = await kith.call('session.state', {})
  if (!session.ok) return failed(session.failure)
  const protection = await kith.call('session.protection', {})
  const whitelist = await kith.call('whitelist.status', {})
  const rows = [['Session', sessionWords(session.value)]]
  if (whitelist.ok && session.value.step === 'ready') {
    const { version, count, syncedAt } = whitelist.value
    const age = syncedAt > 0 ? `, confirmed ${new Date(syncedAt).toISOString()}` : ''
    rows.push(['Whitelist', `version ${version}, ${count} contacts${age}`])
  }
  if (protection.ok) rows.push(['Secrets', protectionWords[protection.value.kind]])
  return done(table(rows), {
    session: session.value,
    ...(whitelist.ok ? { whitelist: whitelist.value } : {}),
    ...(protection.ok ? { protection: protection.value } : {}),
  })
}

const protectionWords = {
  keychain: "kept by the system's keychain",
  passphrase: 'protected by your passphrase; without it nobody opens the store',
  none: 'none kept yet',
} as const

function sessionWords(session: Session): string {
  if (session.step === 'signedOut') return session.cause === undefined ? 'signed out' : wordsOf({ kind: session.cause })
  if (session.step === 'locked') return `locked (${terminalLine(session.user)})`
  if (session.step === 'pending') return `${terminalLine(session.user)} waits for approval by an administrator`
  return `${terminalLine(session.name)} <${terminalLine(session.address)}>, ${session.connection}, mail ${session.mail}`
}
