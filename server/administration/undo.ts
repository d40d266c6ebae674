/** Takes lines of the audit log back, as new changes, where what they made still stands. */

import { type Change, changeOps, changeSchema } from '../../shared/administration/change.ts'
import { faultAt, type Refusal, refusal } from '../ground/refusals.ts'
import type { AuditRow } from '../store/administration/tables.ts'
import type { Store } from '../store/store.ts'
import type { RunOptions } from './run-changes.ts'
import type { RunAs, Submitted } from './submit.ts'
import type { Fault, Ran } from './work.ts'

/** Numbers of lines, both included: what was changed together has numbers in a row. */
type Lines = { readonly first: number; readonly last: number }

/** Lines that are taken back at once. */
const maxLines = 200_000

/**
 * Takes the lines `first` to `last` back, all or none. Refused where one cannot be undone, or something else has
 * changed since.
 */
export async function undo(
  { store, run }: { readonly store: Store; readonly run: RunAs },
  { first, last }: Lines,
  options: RunOptions & { readonly why?: string } = {},
): Promise<Submitted> {
  if (last - first >= maxLines) return refused(`more than ${maxLines} lines`)
  const rows = await store.administration.auditsAfter(first - 1, last - first + 1)
  if (rows.length < last - first + 1) return refused(`there is no line ${first + rows.length}`)
  // Lines of deeds that are no changes (passwords, keys, tokens): nothing makes them undone.
  const alien = rows.find(({ op }) => !changeOps.has(op))
  if (alien) return refusedAs(refusal('undoNever', `${alien.n}`, `line ${alien.n} (${alien.op}) cannot be undone`))
  // The last line first: it may rest on those before it.
  const steps = rows.toReversed().flatMap(stepsOf)
  if (steps.length === 0)
    return refusedAs(
      first === last
        ? refusal('undoNothing', `${first}`)
        : refusal('undoNothing', `${first}`, 'these lines changed nothing'),
    )
  const also = async (inside: Store, ran: Ran) => {
    await expectUnmoved(inside, ran, steps)
    await options.also?.(inside, ran)
  }
  const changes = steps.map(({ change }) => change)
  try {
    // A proposal runs later: whether it fits is seen before it is made.
    const tried = await run(changes, { ...options, dry: true, also })
    const done = tried.ok && options.dry !== true ? await run(changes, { ...options, also }) : tried
    return done.ok ? done : { ok: false, faults: done.faults.map((fault) => atLine(steps[fault.index], fault)) }
  } catch (error) {
    if (error instanceof MovedOn) return refusedAs(refusal('undoMoved', `${error.line}`, error.message))
    throw error
  }
}

/** The changes that would take lines back, newest first; empty where there is no such line, or nothing undoes it. */
export async function changesBack({ administration }: Store, { first, last }: Lines): Promise<readonly Change[]> {
  if (last - first >= maxLines) return []
  const rows = await administration.auditsAfter(first - 1, last - first + 1)
  return rows
    .toReversed()
    .flatMap(stepsOf)
    .map(({ change }) => change)
}

type Step = { readonly row: AuditRow; readonly change: Change }

function stepsOf(row: AuditRow): readonly Step[] {
  if (row.undo === '') return []
  return changeSchema
    .array()
    .parse(JSON.parse(row.undo))
    .map((change) => ({ row, change }))
}

function refused(why: string): Extract<Ran, { readonly ok: false }> {
  return refusedAs({ ok: false, why })
}

function refusedAs(refused: Refusal): Extract<Ran, { readonly ok: false }> {
  return { ok: false, faults: [faultAt(0, refused)] }
}

function atLine(step: Step | undefined, fault: Fault): Fault {
  const isOfLine = step !== undefined && fault.code !== 'reasonNeeded'
  return isOfLine ? { ...fault, why: `line ${step.row.n} cannot be undone: ${fault.why}` } : fault
}

class MovedOn extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** What each line made must be what its undoing finds; of several lines about one thing, what the last one made. */
async function expectUnmoved(inside: Store, ran: Ran, steps: readonly Step[]): Promise<void> {
  const [first] = ran.ok ? ran.audit : []
  if (first === undefined) return
  const made = await inside.administration.auditsAfter(first - 1, steps.length)
  const seen = new Set<string>()
  for (const [index, { row }] of steps.entries()) {
    if (seen.has(row.target)) continue
    seen.add(row.target)
    if (!hasMoved(row.after, made[index]?.before ?? '')) continue
    const later = await laterThan(inside, row, first)
    throw new MovedOn(
      row.n,
      `line ${row.n} (${row.op} ${row.target}) cannot be undone: ${later} changed it since; it is ${made[index]?.before}, no longer ${row.after}`,
    )
  }
}

async function laterThan(inside: Store, { n, target }: AuditRow, before: number): Promise<string> {
  const rows = await inside.administration.audits({ text: target, before, count: 100 })
  const later = rows.find((row) => row.target === target && row.n > n)
  return later ? `line ${later.n} (${later.op})` : 'something'
}

/** `after` and `before` as the log has them: JSON, or empty. */
export function hasMoved(after: string, before: string): boolean {
  if (after === '' || before === '') return false
  const made: unknown = JSON.parse(after)
  const found: unknown = JSON.parse(before)
  if (isRecord(made) && isRecord(found))
    return Object.entries(made).some(([name, value]) => comparableText(value) !== comparableText(found[name]))
  return typeof made === typeof found && comparableText(made) !== comparableText(found)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const emptyValues: ReadonlySet<string> = new Set(['""', '[]', '"never"', '"both"'])

/** Absent and empty are the same. */
function comparableText(value: unknown): string {
  const text = JSON.stringify(value) ?? '""'
  return emptyValues.has(text) ? '' : text
}
