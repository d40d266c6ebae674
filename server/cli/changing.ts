/** Has changes made for a command, and tells what they came to. */

import { type Change, changeSchema, faultOfChange } from '../../shared/administration/change.ts'
import type { Administration } from '../administration/administer.ts'
import { textOfLine } from '../administration/audit.ts'
import type { RunOptions } from '../administration/run-changes.ts'
import type { RunAs, Submitted } from '../administration/submit.ts'
import type { Ran, UserListChange } from '../administration/work.ts'
import type { AuditRow } from '../store/administration/tables.ts'
import type { Store } from '../store/store.ts'
import type { ChangeOptions } from './command.ts'
import { faulty, type Outcome, type OutcomeFault, refused, succeeded } from './outcome.ts'

/** Lines of a difference that are told. */
const maxTold = 200

/** What a command adds to the telling of what every change has in common. */
export type Telling = {
  /** In place of the usual text. */
  readonly text?: string
  readonly value?: Readonly<Record<string, unknown>>
  readonly warnings?: readonly string[]
  /** What is still to be done once a proposal is approved. */
  readonly later?: string
  /** The user whose list it is about: its version is told. */
  readonly list?: string
  /** Where each change comes from. */
  readonly places?: readonly Omit<OutcomeFault, 'why'>[]
  readonly also?: RunOptions['also']
}

/** `given`: as the options say it, not yet known to be changes. */
export async function change(
  administration: Administration,
  options: ChangeOptions,
  given: readonly unknown[],
  telling: Telling = {},
): Promise<Outcome> {
  const changes: Change[] = []
  const faults: { readonly index: number; readonly why: string }[] = []
  for (const [index, one] of given.entries()) {
    const parsed = changeSchema.safeParse(one)
    if (parsed.success) changes.push(parsed.data)
    else faults.push({ index, why: faultOfChange(parsed.error) })
  }
  if (faults.length > 0) return toldFaults(faults, telling)
  return carry((more) => administration.run(changes, more), options, telling)
}

type Carry = (options: NonNullable<Parameters<RunAs>[1]>) => Promise<Submitted>

/** For whatever comes to changes in a way of its own. */
export async function carry(work: Carry, { why, dryRun }: ChangeOptions, telling: Telling = {}): Promise<Outcome> {
  let lines: readonly AuditRow[] = []
  const also = async (inside: Store, ran: Ran) => {
    if (dryRun && ran.ok) lines = await linesOf(inside, ran.audit)
    await telling.also?.(inside, ran)
  }
  const dry = dryRun === true
  const submitted = await work({ ...(why === undefined ? {} : { why }), dry, also })
  if (!submitted.ok) return toldFaults(submitted.faults, telling)
  if ('pending' in submitted) return toldPending(submitted, telling)
  return dry ? toldDifference(submitted, lines, telling) : toldDone(submitted, telling)
}

async function linesOf(inside: Store, audit: readonly number[]): Promise<readonly AuditRow[]> {
  const [first] = audit
  return first === undefined ? [] : inside.administration.auditsAfter(first - 1, audit.length)
}

type DoneRun = Extract<Ran, { readonly ok: true }>
type Pending = Extract<Submitted, { readonly pending: string }>

function toldFaults(faults: readonly { readonly index: number; readonly why: string }[], telling: Telling): Outcome {
  const { places } = telling
  const [first, ...others] = faults
  if (!places && others.length === 0) return refused(first?.why ?? 'refused')
  return faulty(faults.map(({ index, why }) => ({ ...(places ? places[index] : { index }), why })))
}

function toldPending({ pending, needs }: Pending, { value, warnings, later }: Telling): Outcome {
  const whom = needs === 'approval' ? 'a second person has to approve it' : 'it waits for the policy key'
  const text = `${whom}: proposal ${pending}${later === undefined ? '' : `\n${later}`}`
  return succeeded(withWarnings(text, warnings), { ...value, pending, needs, ...warned(warnings) })
}

function toldDifference({ lists }: DoneRun, lines: readonly AuditRow[], { warnings, value }: Telling): Outcome {
  const changes = lines.map(({ op, target, before, after }) => ({
    op,
    target,
    before: json(before),
    after: json(after),
  }))
  const told = lines.slice(0, maxTold).map(textOfLine)
  const more = lines.length > maxTold ? [`... and ${lines.length - maxTold} more`] : []
  const reached = lists.map(({ user, added, changed, removed }) => ({ user, added, changed, removed }))
  const text = ['nothing was changed; this would be:', ...told, ...more, ...reached.slice(0, maxTold).map(textOfList)]
  return succeeded(withWarnings(text.join('\n'), warnings), {
    ...value,
    dryRun: true,
    changes,
    lists: reached,
    ...warned(warnings),
  })
}

function toldDone({ lists, audit }: DoneRun, { text, value, warnings, list }: Telling): Outcome {
  const [first, last] = [audit[0], audit.at(-1)]
  const range = first === last ? `${first}` : `${first}-${last}`
  const reached = new Set(lists.map(({ user }) => user)).size
  const count = `${reached} ${reached === 1 ? 'list' : 'lists'}`
  const usual =
    first === undefined ? 'there was nothing to change' : `done, in ${count}; to undo it: kith-server undo ${range}`
  const own = lists.find(({ user }) => user === list)
  return succeeded(withWarnings(text ?? (own ? textOfVersion(own) : usual), warnings), {
    ...value,
    ...(own ? { version: own.version, added: own.added, changed: own.changed, removed: own.removed } : {}),
    lists: lists.map(({ user, version, added, changed, removed }) => ({ user, version, added, changed, removed })),
    ...(first === undefined ? {} : { audit: range }),
    ...warned(warnings),
  })
}

function textOfVersion({ version, added, changed, removed }: UserListChange): string {
  return `version ${version}: ${added} added, ${changed} changed, ${removed} removed`
}

function warned(warnings: readonly string[] = []) {
  return warnings.length === 0 ? {} : { warnings }
}

function withWarnings(text: string, warnings: readonly string[] = []): string {
  return [text, ...warnings.map((warning) => `warning: ${warning}`)].join('\n')
}

function json(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text)
}

type Reached = Omit<UserListChange, 'list' | 'version'>

function textOfList({ user, added, changed, removed }: Reached): string {
  return `list of ${user}: ${added} added, ${changed} changed, ${removed} removed`
}
