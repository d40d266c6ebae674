/** Has changes made for a command, and tells what they came to. */
import { z } from 'zod'
import { type DeedOutcome, outcomeForm } from '../../shared/administration/deeds.ts'
import { jsonOf } from '../../shared/json.ts'
import type { Answer } from '../admin-soap/faults.ts'
import type { Administration } from '../administration/administer.ts'
import { type Naming, noNames, textOfLine } from '../administration/naming.ts'
import type { CarryWork } from '../administration/operations/outcome.ts'
import { type Entry, type Given, operating } from './command.ts'
import { changeFields, type Fields } from './fields.ts'
import { learnNames } from './names.ts'
import { faulty, type Outcome, type OutcomeFault, succeeded, told } from './outcome.ts'
import { givenOf, ownOf } from './reading.ts'
import type { Transport } from './transport.ts'

/** Lines of a difference that are told. */
const maxTold = 200

const changeOptions = z.object(changeFields)
/** What is given for every change. */
type ChangeOptions = z.output<typeof changeOptions>

/** What a command adds to the telling of what every change has in common. */
type Telling = {
  /** In place of the usual text. */
  readonly text?: string
  readonly value?: Readonly<Record<string, unknown>>
  readonly warnings?: readonly string[]
  /** What is still to be done once a proposal is carried out. */
  readonly later?: string
  /** The user whose list it is about: its version is told. */
  readonly list?: string
  /** Names for the ids that are told. */
  readonly naming?: Naming
  /** What stands before the usual words. */
  readonly first?: string
  /** Where each change comes from. */
  readonly places?: readonly Omit<OutcomeFault, 'why'>[]
}

/** By the operation of this name. */
export async function operate(
  transport: Transport,
  options: ChangeOptions,
  { name, given }: { readonly name: string; readonly given: object },
  telling: Telling = {},
): Promise<Outcome> {
  const { why, dryRun } = options
  // A person is there to read: look-alikes are told, and of a dry run each line.
  const asked = { ...givenOf({ why, dryRun }), explain: true }
  const answer = await transport.call(name, { ...given, ...asked }, outcomeForm)
  const naming = answer.ok && answer.value.state === 'dryRun' ? await learnNames(transport, answer.value) : noNames
  return toldOutcome(answer, { naming, ...telling })
}

/** What a command takes beside that. */
type Taking<F extends Fields> = { readonly takes: F }
type GivenChange<F extends Fields> = Given<typeof changeFields & F>

/**
 * `by`: the operation. `given`: its input, where that is not simply what the command takes. `telling`: what it adds to
 * the usual words.
 */
type Doing<F extends Fields> = Taking<F> & {
  readonly by: string
  readonly given?: (given: GivenChange<F>) => object
  readonly telling?: (given: GivenChange<F>) => Telling
}

/** A command that is one operation. */
export function does<F extends Fields>(
  name: string,
  says: string,
  { by, takes, given: inputOf = (given) => ownOf(takes, given), telling }: Doing<F>,
): Entry {
  return operating(name, says, { ...changeFields, ...takes }, (transport, given) =>
    operate(transport, changeOptions.parse(given), { name: by, given: inputOf(given) }, telling?.(given)),
  )
}

/** A command that is changes, all or none. */
export function changes<F extends Fields>(
  name: string,
  says: string,
  { takes, of }: Taking<F> & { readonly of: (given: GivenChange<F>) => readonly unknown[] },
): Entry {
  return operating(name, says, { ...changeFields, ...takes }, (transport, given) =>
    change(transport, changeOptions.parse(given), of(given)),
  )
}

/** Changes, all or none. `changes`: as the options say it, not yet known to be such. */
export function change(
  transport: Transport,
  options: ChangeOptions,
  changes: readonly unknown[],
  telling?: Telling,
): Promise<Outcome> {
  return operate(transport, options, { name: 'RunChanges', given: { changes } }, telling)
}

/** For whatever comes to changes in a way of its own, at the server. */
export async function carryAtServer(
  administration: Administration,
  work: CarryWork,
  { why, dryRun, ...telling }: ChangeOptions & Telling,
): Promise<Outcome> {
  // Loaded here, since commands by a server elsewhere have no use for them.
  const [{ carry }, { localDesk }, { faultOf }, { namingIn }] = await Promise.all([
    import('../administration/operations/outcome.ts'),
    import('../administration/operations/desk.ts'),
    import('../admin-soap/faults.ts'),
    import('../administration/operations/names.ts'),
  ])
  const done = await carry(localDesk(administration), work, { why, dryRun, explain: true })
  if (!done.ok) return toldOutcome({ ok: false, fault: faultOf(done.fault, false) }, telling)
  const isTold = done.value.state === 'dryRun'
  const naming = isTold ? await administration.store.snapshot((inside) => namingIn(inside, done.value)) : noNames
  return toldOutcome(done, { naming, ...telling })
}

/** What changes came to. */
export function toldOutcome(answer: Answer<DeedOutcome>, telling: Telling = {}): Outcome {
  if (!answer.ok) {
    // The service names changes by their number; a file or document has a line for each.
    const { places } = telling
    const { fault } = answer
    if (fault.kind !== 'ChangeRefused' || !places) return told(answer, () => succeeded('', {}))
    return faulty(fault.detail.faults.map(({ index, why }) => ({ ...places[index], why })))
  }
  const { state, warnings: found = [] } = answer.value
  const warnings = [...(telling.warnings ?? []), ...found.map(({ index, why }) => placed(telling.places?.[index], why))]
  const ways = { done: toldDone, pending: toldPending, dryRun: toldDifference }
  const { text, value } = ways[state](answer.value, telling)
  const first = telling.first === undefined ? [] : [telling.first]
  return succeeded([...first, text, ...warnings.map((warning) => `warning: ${warning}`)].join('\n'), {
    ...telling.value,
    state,
    ...value,
    ...(warnings.length === 0 ? {} : { warnings }),
  })
}

type Told = { readonly text: string; readonly value: Readonly<Record<string, unknown>> }

function placed(place: Omit<OutcomeFault, 'why'> | undefined, why: string): string {
  return place?.line === undefined ? why : `line ${place.line}: ${why}`
}

function toldPending({ proposal, needs }: DeedOutcome, { later }: Telling): Told {
  const whom = needs === 'approval' ? 'a second person has to approve it' : 'it waits for the policy key'
  const text = `${whom}: proposal ${proposal}${later === undefined ? '' : `\n${later}`}`
  return { text, value: { pending: proposal, proposal, needs, ...(later === undefined ? {} : { later }) } }
}

function toldDifference({ lists, changes: lines = [] }: DeedOutcome, { naming = noNames }: Telling): Told {
  const changes = lines.map(({ op, target, before, after }) => ({
    op,
    target,
    before: jsonOf(before),
    after: jsonOf(after),
  }))
  const lineTexts = lines.slice(0, maxTold).map((line) => textOfLine(line, naming))
  const more = lines.length > maxTold ? [`... and ${lines.length - maxTold} more`] : []
  const reached = lists.map(({ version: _version, ...rest }) => rest)
  const listTexts = reached
    .slice(0, maxTold)
    .flatMap(({ user, people = [], ...counts }) => [
      `list of ${naming.person(user)}: ${countsOf(counts)}`,
      ...people.map(({ change, name, address }) => `  ${change}: ${name}, ${address}`),
      ...andMore(counts.added + counts.changed + counts.removed - people.length, people.length > 0),
    ])
  const restTexts = lists.length > maxTold ? [`... and ${lists.length - maxTold} more lists`] : []
  const text = ['nothing was changed; this would be:', ...lineTexts, ...more, ...listTexts, ...restTexts].join('\n')
  return { text, value: { dryRun: true, changes, lists: reached } }
}

function andMore(count: number, isBegun: boolean): readonly string[] {
  return isBegun && count > 0 ? [`  ... and ${count} more`] : []
}

function toldDone({ lists, audit }: DeedOutcome, { text, list }: Telling): Told {
  const [first, last] = [audit[0], audit.at(-1)]
  const range = first === last ? `${first}` : `${first}-${last}`
  const reached = new Set(lists.map(({ user }) => user)).size
  const count = `${reached} ${reached === 1 ? 'list' : 'lists'}`
  const usual =
    first === undefined ? 'there was nothing to change' : `done, in ${count}; to undo it: kith-server undo ${range}`
  const own = lists.find(({ user }) => user === list)
  const { user: _user, ...counts } = own ?? {}
  return {
    text: text ?? (own ? `version ${own.version}: ${countsOf(own)}` : usual),
    value: { ...counts, lists, ...(first === undefined ? {} : { audit: range }) },
  }
}

type Counts = { readonly added: number; readonly changed: number; readonly removed: number }

function countsOf({ added, changed, removed }: Counts): string {
  return `${added} added, ${changed} changed, ${removed} removed`
}
