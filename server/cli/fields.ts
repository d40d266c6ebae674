/**
 * What a command is given, each argument and option once: a zod schema that reads it and says how the help shows it. The
 * field's name is that of the operation's input, in kebab case that of the option.
 */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import type { Checked } from '../../shared/failures.ts'

/** The arguments and options of a command, by the names under which its work finds them. */
export type Fields = Readonly<Record<string, z.ZodType>>

/** What the fields hold once they were read. */
export type FieldValues<F extends Fields> = { readonly [K in keyof F]: z.output<F[K]> }

/** Reads the fields; the first issue names the first that does not fit. */
export function readFields<F extends Fields>(fields: F, given: unknown): Checked<FieldValues<F>, z.ZodError> {
  const parsed = z.object(fields).safeParse(given)
  // zod says the same of each key in a form of its own, which no compiler can follow while `F` is open.
  return parsed.success ? { ok: true, value: parsed.data as FieldValues<F> } : { ok: false, fault: parsed.error }
}

/** An argument, as the help shows it: `<login>`, `[address]` where it may be absent, `<logins...>` for several. */
export function argument<S extends z.ZodType>(schema: S, shown: string): S {
  return schema.meta({ argument: shown })
}

/** An option with a value, shown as `<value>`; mandatory unless the schema says something else. */
export function option<S extends z.ZodType>(schema: S, value: string, says = ''): S {
  return schema.meta({ value, description: says })
}

/** An argument that is one text. */
export function word(shown: string): z.ZodString {
  return argument(z.string(), shown)
}

/** Arguments that are texts. */
export function words(shown: string): z.ZodArray<z.ZodString> {
  return argument(z.array(z.string()), shown)
}

/** An option that a command cannot do without. */
export function needed(value: string, says: string): z.ZodString {
  return option(z.string(), value, says)
}

/** An option that may be absent. */
export function text(value: string, says: string): z.ZodOptional<z.ZodString> {
  return option(z.string().optional(), value, says)
}

/** An option without a value. */
export function flag(says: string): z.ZodOptional<z.ZodBoolean> {
  return option(z.boolean().optional(), '', says)
}

const maxDays = 36_500
const daysText = `1 to ${maxDays} days`

/** A number of days. */
export const days = z.number(daysText).int(daysText).min(1, daysText).max(maxDays, daysText)

const portText = 'a port is 0 to 65535'

/** A port of TCP; 0 for any free one. */
export const port = z.number(portText).int(portText).min(0, portText).max(65_535, portText)

/** Where a server says that it serves. */
export const readyFd = option(
  z.coerce.number().int().min(1).default(1),
  '<number>',
  'file descriptor for the line that says it is ready',
)

/** What is noted in the audit log. Whether a reason is needed says the organisation's policy. */
export const reasonFields = { why: option(z.string().max(1_000).optional(), '<text>', 'the reason, for the audit log') }

/** What every change of lists or people takes: the reason, and whether to only look. */
export const changeFields = { ...reasonFields, dryRun: flag('show what would change, and keep nothing') }

/**
 * Gives a command the arguments and options of these fields, in their order; the names of the arguments, as they come. A
 * field that says nothing of how it is shown is an option of every command, of which this one asks more.
 */
export function addFields(command: Command, fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([name, schema]) => {
    const meta = schema.meta()
    if (typeof meta?.['argument'] === 'string') {
      command.addArgument(argumentOf(meta['argument'], schema))
      return [name]
    }
    if (meta) command.addOption(optionOf(name, schema, meta))
    return []
  })
}

function argumentOf(shown: string, schema: z.ZodType): Argument {
  const { choices } = formOf(schema)
  const made = new Argument(shown)
  return choices ? made.choices(choices) : made
}

function optionOf(name: string, schema: z.ZodType, { value, description }: z.GlobalMeta): Option {
  const flags = [`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value].filter(Boolean)
  const made = new Option(flags.join(' '), description)
  const { choices, isNeeded, fallback, isList, isNumber } = formOf(schema)
  if (choices) made.choices(choices)
  if (isNumber) made.argParser((given) => numberOf(schema, given))
  if (isList && !made.variadic) made.argParser(collected)
  if (fallback !== undefined) made.default(fallback)
  return made.makeOptionMandatory(isNeeded)
}

/** `a`, `b` of `--group a --group b`. */
function collected(value: string, before: unknown): readonly string[] {
  return [...(Array.isArray(before) ? before : []), value]
}

/** Read by commander, whose words name the option and what was given. */
function numberOf(schema: z.ZodType, given: string): unknown {
  const parsed = schema.safeParse(Number(given))
  if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? '')
  return parsed.data
}

type Form = {
  readonly choices?: readonly string[]
  readonly isNeeded: boolean
  readonly isList: boolean
  readonly isNumber: boolean
  /** Its value where it is not given. */
  readonly fallback?: unknown
}

/** What the help and commander want to know of a schema. */
function formOf(schema: z.core.$ZodType): Form {
  if (schema instanceof z.ZodOptional) return { ...formOf(schema.unwrap()), isNeeded: false }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return { ...formOf(schema.unwrap()), isNeeded: false, fallback: schema.def.defaultValue }
  if (schema instanceof z.ZodArray) return { ...formOf(schema.element), isList: true }
  const choices = schema instanceof z.ZodEnum ? { choices: schema.options.map(String) } : {}
  // A number that zod makes of a text is read with all other options.
  const isNumber = schema instanceof z.ZodNumber && schema.def.coerce !== true
  return { ...choices, isNeeded: true, isList: false, isNumber }
}
