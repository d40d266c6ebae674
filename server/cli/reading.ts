/** Commands that tell one reading: what to ask, and the columns of the answer. */
import type { z } from 'zod'
import { type CommonOptions, operating } from './command.ts'
import { type Outcome, succeeded, table, told } from './outcome.ts'

/** `value`: for programs. `text`: in place of the rows, or before them where there are some. */
type Listing = {
  readonly head?: readonly string[]
  readonly rows?: readonly (readonly string[])[]
  readonly text?: string
  readonly value: Readonly<Record<string, unknown>>
}

type Reading<S extends z.ZodType, F extends z.ZodType> = {
  readonly name: string
  readonly form: F
  readonly given?: (options: z.output<S>, ...names: string[]) => object
  readonly tell: (answer: z.output<F>) => Listing | Outcome
}

/** The action of a command that tells the reading of this name. */
export function reads<S extends z.ZodType<CommonOptions>, F extends z.ZodType>(
  schema: S,
  { name, form, given = () => ({}), tell }: Reading<S, F>,
): (...given: unknown[]) => Promise<void> {
  return operating(schema, async (transport, options, ...names) =>
    told(await transport.call(name, given(options, ...names), form), (answer) => {
      const listing = tell(answer)
      if ('ok' in listing) return listing
      const { head, rows = [], text, value } = listing
      const lines = head || rows.length > 0 ? [table([...(head ? [head] : []), ...rows])] : []
      return succeeded([...(text === undefined ? [] : [text]), ...lines].join('\n'), value)
    }),
  )
}

/** Of options, those that were given. */
export function givenOf(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** A time as programs are told it. */
export function iso(ms: number): string {
  return new Date(ms).toISOString()
}
