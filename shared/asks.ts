/**
 * What a signed-in client asks the server for beyond its list (operation `Ask`): each name with the schemas of its
 * question and its answer, which both ends parse. Everything in them has a canonical form: no null, no fraction.
 */
import { z } from 'zod'
import { roleSchema } from './administration/change.ts'
import { adminAsks } from './administration.ts'
import { keptIdSchema, keptMovedSchema, keptPageSchema, keptWindowSchema } from './quarantine.ts'
import { invitationSchema, newRequestSchema, requestAnswerSchema, requestIdSchema, requestsSchema } from './requests.ts'

const nothing = z.strictObject({})

export const asks = {
  /** What the user may administer. */
  me: {
    input: nothing,
    output: z.strictObject({ role: roleSchema }),
  },
  ...adminAsks,

  'requests.list': { input: nothing, output: requestsSchema },
  'requests.create': { input: newRequestSchema, output: nothing },
  /** Of the user who was asked, or of the sponsor who approves. */
  'requests.answer': { input: requestAnswerSchema, output: nothing },
  'requests.withdraw': { input: requestIdSchema, output: nothing },
  'invitations.create': { input: nothing, output: invitationSchema },

  /** What the gateway keeps back for the user. */
  'quarantine.list': { input: keptWindowSchema, output: keptPageSchema },
  /** Delivered at once, or put before an administrator, as the settings say. */
  'quarantine.release': { input: keptIdSchema, output: keptMovedSchema },
} as const satisfies Readonly<Record<string, { readonly input: z.ZodType; readonly output: z.ZodType }>>

export type AskName = keyof typeof asks
/** As the handler gets it. */
export type AskInput<N extends AskName> = z.output<(typeof asks)[N]['input']>
/** As the caller gives it. */
export type AskQuestion<N extends AskName> = z.input<(typeof asks)[N]['input']>
export type AskOutput<N extends AskName> = z.output<(typeof asks)[N]['output']>

export function isAskName(text: string): text is AskName {
  return Object.hasOwn(asks, text)
}
