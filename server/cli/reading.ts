/** Commands that tell one reading: what to ask, and the columns of the answer. */
import type { z } from 'zod'
import type { Answer } from '../admin-soap/faults.ts'
import { type Naming, noNames } from '../administration/naming.ts'
import { type Entry, type Given, operating } from './command.ts'
import type { Fields } from './fields.ts'
import { learnNames } from './names.ts'
import { type Outcome, succeeded, table, told } from './outcome.ts'
import type { Transport } from './transport.ts'

/** A reading as its declaration has it: its name, and the form of what every door is told. */
export type AskedReading<A extends z.ZodType> = { readonly name: string; readonly wire: A }

/** Asks one reading. */
export function askReading<A extends z.ZodType>(
  transport: Transport,
  { name, wire }: AskedReading<A>,
  given: object,
): Promise<Answer<z.output<A>>> {
  return transport.call(name, given, wire)
}

/** What is told: `value` to programs, `text` and below it a table of `rows` to people. */
type Listing = {
  readonly head?: readonly string[]
  readonly rows?: readonly (readonly string[])[]
  readonly text?: string
  readonly value: Readonly<Record<string, unknown>>
}

/** The fields that columns name: `LOGIN=user` the field `user`, `NAME` the field `name`. */
type FieldsOf<C extends string> = C extends `${infer First}, ${infer Rest}`
  ? FieldOf<First> | FieldsOf<Rest>
  : FieldOf<C>
type FieldOf<C extends string> = C extends `${string}=${infer Field}` ? Field : Lowercase<C>

/**
 * Rows in columns to people, the rows themselves under their name to programs. `columns`: headings such as
 * `LOGIN=user, NAME`, of which one that is called otherwise than its field names that. `shown`: the rows as people see
 * them, where that is another way.
 */
export function listing<R extends object, C extends string, S extends object = R>(
  name: string,
  rows: readonly R[],
  columns: FieldsOf<C> extends keyof S ? C : never,
  shown: readonly (R | S)[] = rows,
): Listing {
  const pairs = columns.split(', ').map((column) => column.split('='))
  const lines = shown.map((row) => {
    const cells = new Map<string, unknown>(Object.entries(row))
    return pairs.map(([heading = '', field = heading.toLowerCase()]) => cellOf(cells.get(field)))
  })
  return { head: pairs.map(([heading = '']) => heading), rows: lines, value: { [name]: rows } }
}

function cellOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(' ')
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : ''
}

/** A listing as a command's outcome. */
export function listed({ head, rows = [], text, value }: Listing): Outcome {
  const lines = head || rows.length > 0 ? [table([...(head ? [head] : []), ...rows])] : []
  return succeeded([...(text === undefined ? [] : [text]), ...lines].join('\n'), value)
}

/** `asks`: the reading. `given`: its input, where that is not simply what the command takes. */
type Reading<F extends Fields, A extends z.ZodType> = {
  readonly asks: AskedReading<A>
  readonly takes: F
  readonly given?: (given: Given<F>) => object
  /** `naming`: names for the ids that the answer mentions, where a person reads. */
  readonly tell: (answer: z.output<A>, naming: Naming) => Listing | Outcome
}

/** A command that tells one reading. */
export function reads<F extends Fields, A extends z.ZodType>(
  name: string,
  says: string,
  { asks, takes, given: inputOf = (given) => ownOf(takes, given), tell }: Reading<F, A>,
): Entry {
  return operating(name, says, takes, async (transport, given) => {
    const answer = await askReading(transport, asks, inputOf(given))
    const naming = answer.ok && given.json !== true ? await learnNames(transport, answer.value) : noNames
    return told(answer, (value) => {
      const telling = tell(value, naming)
      return 'ok' in telling ? telling : listed(telling)
    })
  })
}

/** What was given of a command's own fields. */
export function ownOf(fields: Fields, given: object): Record<string, unknown> {
  return givenOf(Object.fromEntries(Object.entries(given).filter(([name]) => name in fields)))
}

/** Of options, those that were given. */
export function givenOf(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** A time as programs are told it. */
export function iso(ms: number): string {
  return new Date(ms).toISOString()
}
