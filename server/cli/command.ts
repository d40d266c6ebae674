/**
 * The frame of every command: data folder, `--json`, opening and closing the store, telling the outcome. A command is
 * one declaration: its name, what the help says of it, its fields (`fields.ts`) and its work, which has operations done
 * over a `transport.ts` and tells what came of it by `outcome.ts`; `reading.ts` and `changing.ts` are the two usual
 * forms.
 */
import { type Command, type CommandOptions, Option } from 'commander'
import { z } from 'zod'
import type { Administration } from '../administration/administer.ts'
import { ReasonNeeded } from '../administration/audit.ts'
import { KeyUnreadable } from '../keys/key-files.ts'
import { ClockJumped } from '../lists/signing-clock.ts'
import type { Context } from '../settings/context.ts'
import { StoreUnusable, storeFailure, storeWords } from '../store/failures.ts'
import { addFields, type Fields, type FieldValues, readFields } from './fields.ts'
import { misused, type Outcome, refused, tell, unavailable } from './outcome.ts'
import { Unreachable } from './remote/unreachable.ts'
import type { Transport } from './transport.ts'

/** What every command takes, whatever it does and wherever it is done. */
const commonOptions = z.object({
  data: z.string(),
  json: z.boolean().optional(),
  remote: z.string().optional(),
  tokenFile: z.string().optional(),
  pin: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'is the SHA-256 of a certificate: 64 hex digits')
    .transform((text) => text.toLowerCase())
    .optional(),
  /** Shown by the commands alone that make codes with the server's address in them. */
  url: z.string().optional(),
})
/** What every command is given. */
type CommonOptions = z.output<typeof commonOptions>

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
function withCommon(command: Command): Command {
  command
    .option('--data <folder>', 'data folder (or KITH_DATA)', defaultFolder)
    .option('--local', 'work on the data folder of this machine, as every command does without --remote')
  for (const option of serverOptions()) command.addOption(option.long === '--json' ? option : option.hideHelp())
  return command
}

/** A command, which puts itself below another one. */
export type Entry = (parent: Command, settings?: CommandOptions) => Command

/** Commands under a name that does nothing of its own. */
export function group(name: string, says: string, entries: readonly Entry[]): Entry {
  return (parent) => {
    const command = parent.command(name).description(says)
    for (const entry of entries) entry(command)
    return command
  }
}

/** A command that is meant where its group alone is named. */
export function byDefault(entry: Entry): Entry {
  return (parent) => entry(parent, { isDefault: true })
}

/** What a command is given, as its work finds it: its own fields, and what every command has. */
export type Given<F extends Fields> = CommonOptions & FieldValues<F>

/** A command that has operations done, here or by a server elsewhere. */
export function operating<F extends Fields>(
  name: string,
  says: string,
  fields: F,
  work: (transport: Transport, given: Given<F>) => Promise<Outcome>,
): Entry {
  return anywhere({ name, says, fields }, async (given, place) => {
    // Loaded where something is done: help, and saying what is wrong with an option, take half the time without it.
    const { openTransport } = await import('./open-transport.ts')
    const opened = await openTransport(place)
    if (!opened.ok) return opened.fault
    const { transport, close } = opened.value
    try {
      return await work(transport, given)
    } finally {
      await close()
    }
  })
}

/** A command that works on an opened data folder with the policy key. */
export function administering<F extends Fields>(
  name: string,
  says: string,
  fields: F,
  work: (administration: Administration, given: Given<F>) => Promise<Outcome>,
): Entry {
  return onFolder(name, says, fields, async (context, given) => {
    const { administer } = await import('../administration/administer.ts')
    return work(await administer(context), given)
  })
}

/** A command that works on an opened data folder. */
export function onFolder<F extends Fields>(
  name: string,
  says: string,
  fields: F,
  work: (context: Context, given: Given<F>) => Promise<Outcome>,
): Entry {
  return acting(name, says, fields, async (given, { data }) => {
    // Loaded where a store is opened: help, and saying what is wrong with an option, take half the time without it.
    const { openContext } = await import('../settings/context.ts')
    const context = await openContext(data)
    if (!context.ok) return unavailable(context.why)
    try {
      return await work(context.value, given)
    } finally {
      await context.value.store.close()
    }
  })
}

/** A command that is done at the server alone. */
export function acting<F extends Fields>(
  name: string,
  says: string,
  fields: F,
  work: (given: Given<F>, common: CommonOptions) => Promise<Outcome>,
): Entry {
  return anywhere({ name, says, fields }, async (given, common) =>
    common.remote === undefined ? work(given, common) : misused('this is done at the server, not with --remote'),
  )
}

type Declared<F extends Fields> = { readonly name: string; readonly says: string; readonly fields: F }

function anywhere<F extends Fields>(
  { name, says, fields }: Declared<F>,
  work: (given: Given<F>, common: CommonOptions) => Promise<Outcome>,
): Entry {
  return (parent, settings) => {
    const command = withCommon(parent.command(name, settings).description(says))
    const named = addFields(command, fields)
    return command.action(async (...args: readonly unknown[]) => {
      const texts = Object.fromEntries(named.map((field, index) => [field, args[index]]))
      // Options before the command's name give way to those after it.
      const all = { ...programOptions(command), ...command.opts(), ...texts }
      const common = commonOptions.safeParse(all)
      const own = readFields(fields, all)
      if (!common.success || !own.ok) {
        const [issue] = [...(common.error?.issues ?? []), ...(own.ok ? [] : own.fault.issues)]
        return tell(misused(`--${issue?.path[0]?.toString() ?? 'option'} ${issue?.message ?? ''}`), false)
      }
      const { data } = common
      return tell(await work({ ...data, ...own.value }, data).catch(expected), data.json === true)
    })
  }
}

/** Those that stand before the command's name. */
function programOptions(command: Command): object {
  return command.parent ? programOptions(command.parent) : command.opts()
}

/** Failures of the surroundings that an administrator can mend; anything else is a bug and is thrown on. */
function expected(error: unknown): Outcome {
  if (error instanceof KeyUnreadable || error instanceof StoreUnusable) return unavailable(error.message)
  if (error instanceof Unreachable) return unavailable(error.message)
  if (error instanceof ReasonNeeded || error instanceof ClockJumped) return refused(error.message)
  const failure = storeFailure(error)
  if (failure !== undefined) return unavailable(storeWords[failure])
  throw error
}
