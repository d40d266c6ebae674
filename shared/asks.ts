/**
 * What a signed-in client asks the server for beyond its list (operation `Ask`): each name with the schemas of its
 * question and its answer, which both ends parse. Everything in them has a canonical form: no null, no fraction.
 */
import { z } from 'zod'
import { adminAsks, roleSchema } from './administration.ts'

const nothing = z.strictObject({})

export const asks = {
  /** What the user may administer. */
  me: {
    input: nothing,
    output: z.strictObject({ role: roleSchema }),
  },
  ...adminAsks,
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
