/**
 * What a signed-in client asks the server for beyond its list (operation `Ask`): each name with the schemas of its
 * question and its answer, which both ends parse. Everything in them has a canonical form: no null, no fraction.
 */
import { z } from 'zod'
import { type AdminAskName, adminAsks } from './administration.ts'
import { roleSchema } from './administration/change.ts'
import {
  type AnyCallFailure,
  anyCallFailures,
  closedFailures,
  type FailureKind,
  type ServerFailure,
  serverFailures,
} from './failures.ts'
import {
  keptChoiceSchema,
  keptCountSchema,
  keptIdSchema,
  keptMovedSchema,
  keptPageSchema,
  keptWindowSchema,
} from './quarantine.ts'
import { invitationSchema, newRequestSchema, requestAnswerSchema, requestIdSchema, requestsSchema } from './requests.ts'
import { colleaguesSchema } from './session.ts'
import { mailServersSchema } from './whitelist/login.ts'

const noFields = z.strictObject({})

/** One question: its input, its answer, and the refusals of its own, beside what any call can fail with. */
type AskSchema = {
  readonly input: z.ZodType
  readonly output: z.ZodType
  readonly failures: readonly FailureKind[]
}

/** What refuses whoever has no role for it, or has not opened the administration. */
const gated = ['notAllowed', 'secondFactor'] as const
/** What an operation of the administration can be refused with besides. */
const operationFailures = [...gated, 'notFound', 'refused'] as const
/** The way into the administration has reasons of its own. */
const adminFailures = {
  'admin.state': gated,
  'admin.close': gated,
  'admin.setUp': [...gated, 'tooManyAttempts', 'passwordsUnchecked', 'authFailed'],
  'admin.recoveryCodes': [...gated, 'tooManyAttempts', 'passwordsUnchecked', 'authFailed'],
  'admin.confirm': [...gated, 'tooManyAttempts', 'codeWrong'],
  'admin.open': [...gated, 'tooManyAttempts', 'passwordsUnchecked', 'codeWrong', 'authFailed'],
} as const satisfies { readonly [N in AdminAskName]?: readonly FailureKind[] }

type AdminFailures<N extends AdminAskName> = N extends keyof typeof adminFailures
  ? (typeof adminFailures)[N]
  : typeof operationFailures
type Administration = {
  readonly [N in AdminAskName]: (typeof adminAsks)[N] & { readonly failures: AdminFailures<N> }
}

const administration = Object.fromEntries(
  Object.entries(adminAsks).map(([name, ask]) => {
    // Widened to be asked by any name: what is not in the table has the failures of an operation.
    const own: Readonly<Record<string, readonly FailureKind[]>> = adminFailures
    return [name, { ...ask, failures: own[name] ?? operationFailures }]
  }),
) as Administration

/** Every question by its name. */
export const asks = {
  /**
   * What the server says of the account beside its list: what the user may administer, how much waits for the user's
   * decision there, where the mail is now, since settings change while nobody signs in anew, and whether anything proves
   * who of the organisation wrote a message.
   */
  me: {
    input: noFields,
    output: z.strictObject({
      role: roleSchema,
      toDecide: z.number().int().min(0),
      mail: mailServersSchema,
      colleagues: colleaguesSchema,
    }),
    failures: [],
  },
  ...administration,

  'requests.list': { input: noFields, output: requestsSchema, failures: [] },
  'requests.create': { input: newRequestSchema, output: noFields, failures: ['refused', 'rateLimited', 'notFound'] },
  /** Of the user who was asked, or of the sponsor who approves. */
  'requests.answer': { input: requestAnswerSchema, output: noFields, failures: ['refused', 'rateLimited', 'notFound'] },
  'requests.withdraw': { input: requestIdSchema, output: noFields, failures: ['notFound'] },
  'invitations.create': { input: noFields, output: invitationSchema, failures: ['rateLimited'] },

  /** What the gateway keeps back for the user. */
  'quarantine.list': { input: keptWindowSchema, output: keptPageSchema, failures: [] },
  /** Delivered at once, or put before an administrator, as the settings say. */
  'quarantine.release': { input: keptIdSchema, output: keptMovedSchema, failures: ['notFound', 'refused'] },
  /** Off the server for good, but for what is on its way already. */
  'quarantine.delete': { input: keptChoiceSchema, output: keptCountSchema, failures: ['notFound'] },
} as const satisfies Readonly<Record<string, AskSchema>>

/** The name of a question. */
export type AskName = keyof typeof asks
/** As the handler gets it. */
export type AskInput<N extends AskName> = z.output<(typeof asks)[N]['input']>
/** As the caller gives it. */
export type AskQuestion<N extends AskName> = z.input<(typeof asks)[N]['input']>
/** The answer to a question. */
export type AskOutput<N extends AskName> = z.output<(typeof asks)[N]['output']>

/** Whether a text names a question that this version knows. */
export function isAskName(text: string): text is AskName {
  return Object.hasOwn(asks, text)
}

/** The refusals that the server may answer a question with. */
export type AskFailure<N extends AskName> = (typeof asks)[N]['failures'][number] | AnyCallFailure

/** Whether the question can end with this failure; another version of the server may give others. */
export function isAskFailure<N extends AskName>(name: N, kind: string): kind is AskFailure<N> | ServerFailure {
  const known: readonly string[] = [...asks[name].failures, ...serverFailures, ...anyCallFailures]
  return known.includes(kind)
}

/** A question as a call of the page: it needs the open account, and the server may be away. */
type AskCall<A extends AskSchema> = Pick<A, 'input' | 'output'> & {
  readonly failures: readonly (
    | A['failures'][number]
    | (typeof closedFailures)[number]
    | (typeof serverFailures)[number]
  )[]
}
type AskCalls = { readonly [N in Exclude<AskName, 'me'>]: AskCall<(typeof asks)[N]> }

/** The questions that a face may ask: all but the engine's own. */
export const askCalls = Object.fromEntries<unknown>(
  Object.entries(asks)
    // `me` is the engine's own: the page hears of the role in the session.
    .filter(([name]) => name !== 'me')
    .map(([name, ask]) => [name, { ...ask, failures: [...ask.failures, ...closedFailures, ...serverFailures] }]),
) as AskCalls
