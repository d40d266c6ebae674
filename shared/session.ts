/** Where the user stands between signing in and reading, as every face shows it. */
import { z } from 'zod'
import { roleSchema } from './administration/change.ts'
import { anyCallFailures, closedFailures } from './failures.ts'

/** How secrets are kept here. `keychain`: the system's. `passphrase`: the user's, stretched. `none`: not set up yet. */
export const protectionSchema = z.object({
  kind: z.enum(['keychain', 'passphrase', 'none']),
  /** Whether the system's keychain answers now. */
  keychainAvailable: z.boolean(),
})
/** How secrets are kept here. */
export type Protection = z.infer<typeof protectionSchema>

/** An embedded demo server and its accounts, offered on the first run. */
export const demoSchema = z.object({
  server: z.string(),
  accounts: z.array(
    z.object({
      user: z.string(),
      name: z.string(),
      password: z.string(),
      role: z.enum(['employee', 'partner', 'administrator']),
    }),
  ),
})

/** Whether anything proves mail between colleagues; where nothing does it waits in Held (guard.md I2). */
export const colleaguesSchema = z.enum(['proven', 'unproven'])

/**
 * What does not work with the mailbox while the rest of it does. The first five are the own store's: the mail servers
 * answer.
 */
export const mailTroubleSchema = z.enum([
  'diskFull',
  'storeDamaged',
  'diskFailing',
  'busy',
  'internal',
  /** The server refuses to open or list the inbox. */
  'inbox',
  /** Some messages could not be had; they are tried again. */
  'messages',
  /** There is no folder for copies of what was sent, and none may be made. */
  'sentFolder',
  /** What was deleted here is not taken out of the mailbox. */
  'discard',
  /** Copies of what was sent are refused; `quota`: for want of room. */
  'copies',
  'quota',
  /** What was read here cannot be marked so on the server. */
  'flags',
  /** The server for sending refuses the login without blaming the password, or offers none. */
  'sendingRefused',
  'sendingNoLogin',
])
/** One of them. */
export type MailTrouble = z.infer<typeof mailTroubleSchema>

/** A demo account that is in use, and its password, which nobody ever typed. */
const demoAccountSchema = z.object({ name: z.string(), password: z.string() })

/**
 * Where the user stands, one step with what its screen shows. It holds no secret: every face and every page gets it.
 */
export const sessionSchema = z.discriminatedUnion('step', [
  /** `server` and `user`: what was used last, to fill the form. */
  z.object({
    step: z.literal('signedOut'),
    server: z.string(),
    user: z.string(),
    demo: demoSchema.optional(),
    /** Why the store of the last account is not open, where the user did not close it: nothing was deleted. */
    cause: z.enum([...closedFailures, ...anyCallFailures]).optional(),
  }),
  /** The store is closed until `session.unlock`: with the passphrase or the account's password. `revoked`: see `session.signIn`; `online`: only a login opens it, and there was none. */
  z.object({
    step: z.literal('locked'),
    secret: z.enum(['passphrase', 'password']),
    reason: z.enum(['start', 'user', 'revoked', 'lease', 'online']),
    /** Empty while no key is at hand that it is sealed under. */
    user: z.string(),
    /** In the demo, whose passwords nobody ever typed: what opens the store. */
    demo: demoAccountSchema.optional(),
  }),
  /** Waiting for an administrator; the words are the device's and the server's fingerprints, to compare by telephone. */
  z.object({ step: z.literal('pending'), user: z.string(), deviceWords: z.string(), serverWords: z.string() }),
  z.object({
    step: z.literal('ready'),
    user: z.string(),
    name: z.string(),
    address: z.string(),
    server: z.string(),
    /** `signInAgain`: the session ended and the password is no longer accepted; reading and queueing go on. */
    connection: z.enum(['online', 'connecting', 'offline', 'signInAgain']),
    /** `refused`: the server refuses the login, several times by now, and does not say that the password is wrong. */
    mail: z.enum(['online', 'connecting', 'offline', 'authFailed', 'refused', 'noLogin']),
    mailTroubles: z.array(mailTroubleSchema).optional(),
    /** UpgradeRequired: sending is off, reading on. */
    sendingOff: z.enum(['no', 'upgrade', 'lease']),
    /** What the account may administer, as far as the server has said. */
    role: roleSchema,
    /** In the demo: what opens the administration. */
    demo: demoAccountSchema.optional(),
    /** How many requests and proposals wait for a decision that the account may make; absent where there are none. */
    toDecide: z.number().optional(),
    /** Absent until the server has said it. */
    colleagues: colleaguesSchema.optional(),
  }),
])
/** The step at which the user stands, with what its screen shows. */
export type Session = z.infer<typeof sessionSchema>

/** Whether one of these is a colleague, where nothing proves who of the organisation wrote a message. */
export function namesUnprovenColleague(session: Session, recipients: readonly string[]): boolean {
  if (session.step !== 'ready' || session.colleagues !== 'unproven') return false
  const own = domainOf(session.address)
  return recipients.some((address) => domainOf(address) === own)
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
