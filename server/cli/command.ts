/**
 * The frame of every command: data folder, `--json`, opening and closing the store, telling the outcome. A command
 * gets its frame here, has operations done over a `transport.ts`, and tells what came of it by `outcome.ts`;
 * `reading.ts` and `changing.ts` are the two usual forms.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import type { Administration } from '../administration/administer.ts'
import { ReasonNeeded } from '../administration/audit.ts'
import { KeyUnreadable } from '../keys/key-files.ts'
import { ClockJumped } from '../lists/signing-clock.ts'
import type { Context } from '../settings/context.ts'
import { type StoreFailure, StoreUnusable, storeFailure } from '../store/failures.ts'
import { type Outcome, refused, tell, unavailable } from './outcome.ts'
import { Unreachable } from './remote/unreachable.ts'
import type { Transport } from './transport.ts'

/** What every command takes, whatever it does and wherever it is done. */
export const commonOptions = z.object({
  data: z.string(),
  json: z.boolean().optional(),
  remote: z.string().optional(),
  tokenFile: z.string().optional(),
  pin: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'is the SHA-256 of a certificate: 64 hex digits')
    .transform((text) => text.toLowerCase())
    .optional(),
})
/** What every command is given. */
export type CommonOptions = z.output<typeof commonOptions>

const defaultFolder = process.env.KITH_DATA ?? 'kith-data'

/** Where a server elsewhere is asked; before the command's name as well as after it. */
function serverOptions(): readonly Option[] {
  return [
    new Option('--remote <url>', 'ask a server elsewhere: https://host:port'),
    new Option('--token-file <file>', 'file with a token of "kith-server token add"'),
    new Option('--pin <sha256>', "SHA-256 of the server's certificate; without: one that this machine trusts"),
    new Option('--json', 'one JSON object on standard output'),
  ]
}

/** The options that the whole program has. */
export function withServer(program: Command): Command {
  for (const option of serverOptions()) program.addOption(option)
  return program
}

/** Gives a command the options that every command has. */
export function withCommon(command: Command): Command {
  command
    .option('--data <folder>', 'data folder (or KITH_DATA)', defaultFolder)
    .option('--local', 'work on the data folder of this machine, as every command does without --remote')
  for (const option of serverOptions()) command.addOption(option.long === '--json' ? option : option.hideHelp())
  return command
}

/** The same for what is noted in the audit log. Whether a reason is needed says the organisation's policy. */
export const reasonOptions = commonOptions.extend({ why: z.string().max(1_000).optional() })
/** The same for what can be tried first. */
export const changeOptions = reasonOptions.extend({ dryRun: z.boolean().optional() })
/** These options, read. */
export type ChangeOptions = z.infer<typeof changeOptions>

/** For what changes something that the audit log tells of. */
export function withReason(command: Command): Command {
  return withCommon(command).option('--why <text>', 'the reason, for the audit log')
}

/** For what changes lists or people: with the reason, and a way to only look. */
export function withChange(command: Command): Command {
  return withReason(command).option('--dry-run', 'show what would change, and keep nothing')
}

/** An action that has operations done, here or by a server elsewhere. */
export function operating<S extends z.ZodType<CommonOptions & { readonly url?: string | undefined }>>(
  schema: S,
  work: (transport: Transport, options: z.output<S>, ...names: string[]) => Promise<Outcome>,
): (...given: unknown[]) => Promise<void> {
  return anywhere(schema, async (options, ...names) => {
    // Loaded where something is done: help, and saying what is wrong with an option, take half the time without it.
    const { openTransport } = await import('./open-transport.ts')
    const opened = await openTransport(options)
    if (!opened.ok) return opened.outcome
    try {
      return await work(opened.value, options, ...names)
    } finally {
      await opened.close()
    }
  })
}

/** An action that works on an opened data folder with the policy key. */
export function administering<S extends z.ZodType<CommonOptions>>(
  schema: S,
  work: (administration: Administration, options: z.output<S>, ...names: string[]) => Promise<Outcome>,
): (...given: unknown[]) => Promise<void> {
  return onFolder(schema, async (context, ...given) => {
    const { administer } = await import('../administration/administer.ts')
    return work(await administer(context), ...given)
  })
}

/** An action that works on an opened data folder. */
export function onFolder<S extends z.ZodType<CommonOptions>>(
  schema: S,
  work: (context: Context, options: z.output<S>, ...names: string[]) => Promise<Outcome>,
): (...given: unknown[]) => Promise<void> {
  return acting(schema, async (options, ...names) => {
    // Loaded where a store is opened: help, and saying what is wrong with an option, take half the time without it.
    const { openContext } = await import('../settings/context.ts')
    const context = await openContext(options.data)
    if (!context.ok) return unavailable(context.why)
    try {
      return await work(context.value, options, ...names)
    } finally {
      await context.value.store.close()
    }
  })
}

/** An action that is done at the server alone. */
export function acting<S extends z.ZodType<CommonOptions>>(
  schema: S,
  work: (options: z.output<S>, ...names: string[]) => Promise<Outcome>,
): (...given: unknown[]) => Promise<void> {
  return anywhere(schema, (options, ...names) => {
    if (options.remote === undefined) return work(options, ...names)
    return Promise.resolve({ ok: false, code: 'usage', why: 'this is done at the server, not with --remote' })
  })
}

/** Commander passes the arguments, then the options, then the command. */
function anywhere<S extends z.ZodType<CommonOptions>>(
  schema: S,
  work: (options: z.output<S>, ...names: string[]) => Promise<Outcome>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // Options before the command's name give way to those after it.
    const parsed = schema.safeParse({ ...programOptions(given.at(-1)), ...optionsIn(given.at(-2)) })
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const why = `--${issue?.path[0]?.toString() ?? 'option'} ${issue?.message ?? ''}`
      return tell({ ok: false, code: 'usage', why }, false)
    }
    const options = parsed.data
    const names = given
      .slice(0, -2)
      .flat()
      .filter((name) => typeof name === 'string')
    return tell(await work(options, ...names).catch(expected), options.json === true)
  }
}

/** Those that stand before the command's name. */
function programOptions(command: unknown): object {
  let top = command instanceof Command ? command : undefined
  while (top?.parent) top = top.parent
  return top?.opts() ?? {}
}

function optionsIn(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

const words: { readonly [F in StoreFailure]: string } = {
  busy: 'the store is busy: another process holds it; try again',
  damaged: 'the store is damaged: restore it from a backup',
  denied: 'no right to open the data folder',
  full: 'the disk is full',
  missing: 'the database server has no database of the name in "store" in config.json: create it',
  password: 'the database refuses the user or the password: look at "store" in config.json and at its password file',
  readOnly: 'the database is read-only: "store" in config.json names a standby, or the database was set so',
  refused:
    'the database user lacks a right: it must own the database, or be allowed to create tables in its schema public',
  untrusted: 'the certificate of the database is not trusted: name its issuer as "ca" in "store" in config.json',
  unreachable:
    'the database cannot be reached: is it running, and are host, port and tls in "store" in config.json right?',
}

/** Failures of the surroundings that an administrator can mend; anything else is a bug and is thrown on. */
function expected(error: unknown): Outcome {
  if (error instanceof KeyUnreadable || error instanceof StoreUnusable) return unavailable(error.message)
  if (error instanceof Unreachable) return unavailable(error.message)
  if (error instanceof ReasonNeeded || error instanceof ClockJumped) return refused(error.message)
  const failure = storeFailure(error)
  if (failure !== undefined) return unavailable(words[failure])
  throw error
}

const highestPort = 65_535

/** An option's text as a port. */
export function readPort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > highestPort) throw new InvalidArgumentError('a port is 0 to 65535')
  return port
}

/** An option's text as a number of days. */
export function readDays(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > maxDays) throw new InvalidArgumentError(`1 to ${maxDays} days`)
  return days
}

const maxDays = 36_500
