/** `kith-server import FILE` and `kith-server import add|list|remove|run` */
import { basename, extname, resolve } from 'node:path'
import { z } from 'zod'
import { isUnit } from '../../shared/administration/change.ts'
import type { Administration } from '../administration/administer.ts'
import { importStates, keepImportState } from '../administration/import-states.ts'
import {
  addImport,
  listImports,
  type PlannedImport,
  planImport,
  removeImport,
  removeImported,
  type StoredImport,
  type UserPlan,
} from '../administration/imports.ts'
import type { ImportFault } from '../import/contact.ts'
import { csvColumns } from '../import/csv/write.ts'
import { diffJson, diffText, faultText } from '../import/diff.ts'
import { columnHeads, importSourceSchema } from '../import/source.ts'
import { carryAtServer } from './changing.ts'
import { administering, byDefault, type Given, group } from './command.ts'
import { changeFields, flag, needed, option, reasonFields, text, word } from './fields.ts'
import { faulty, misused, type Outcome, refused, succeeded, unavailable } from './outcome.ts'
import { givenOf, iso, listed, listing } from './reading.ts'
import { jsonOf, readText } from './text.ts'

/** Said in the help and wherever `--for` is wrong. */
const units = 'whose lists: all, department:NAME, group:ID or user:LOGIN'
const wrongUnit = misused(`--for says ${units}`)

const runFields = {
  ...changeFields,
  force: flag('even where many contacts would go'),
  strict: flag('take nothing where anything would be left out'),
}
const unit = needed('<unit>', units)
const fileFields = {
  ...runFields,
  file: word('<file>'),
  for: unit,
  encoding: text('<name>', 'of a file without a byte order mark that is not UTF-8: gbk, big5, windows-1252 ...'),
  columns: text('<pairs>', 'the head of each column: address=Mail,name="Full name"; only these are read then'),
}
const addFields = { ...reasonFields, file: word('<file>'), for: unit }
const removeFields = {
  ...changeFields,
  name: word('<name>'),
  contacts: option(z.enum(['keep', 'remove']).default('keep'), '<what>', 'whether the contacts that it brought stay'),
}
const namedFields = { ...runFields, name: word('<name>') }
type RunOptions = Given<typeof runFields>

/** `import`, which works at the server alone: sources name files and hosts as the server sees them. */
export const importCommands = group('import', 'contacts from files, directories and rosters', [
  byDefault(administering('file', 'a CSV or vCard file; again: what changed in it', fileFields, importFile)),
  administering('add', 'keep the settings of a source, a JSON object, under its name', addFields, add),
  administering('list', 'list the sources', {}, list),
  administering('remove', 'forget a source', removeFields, remove),
  administering('run', 'read a source, and bring the lists in step', namedFields, runNamed),
])

async function importFile(
  administration: Administration,
  { file, for: unitOf, encoding, columns: pairs, ...options }: Given<typeof fileFields>,
): Promise<Outcome> {
  if (!isUnit(unitOf)) return wrongUnit
  const columns = pairs === undefined ? undefined : columnHeads.safeParse(pairsIn(pairs))
  if (columns?.success === false)
    return misused(`--columns is FIELD=HEAD, parted by commas; fields are ${csvColumns.join(', ')}`)
  const kind = { '.csv': 'csv', '.vcf': 'vcard' }[extname(file).toLowerCase()]
  if (kind === undefined) return misused(`${file}: a file of contacts is .csv or .vcf`)
  // The file's name is the source's: the same file again changes and removes what it brought before.
  const name = basename(file)
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
  if (kind === 'vcard' && columns) return misused('--columns is for CSV')
  const settings = { kind, name, file: resolve(file), ...givenOf({ encoding, columns: columns?.data }) }
  const source = importSourceSchema.safeParse(settings)
  if (!source.success) return misused(`${file}: its name cannot name a source`)
  return (await run(administration, options, { source: source.data, for: unitOf })).outcome
}

/** `address=Mail,name="Name, full"`; what is no such pair is read as a field that does not exist. */
function pairsIn(text: string): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([^=,]*)(?:=(?:"([^"]*)"|([^,"]*)))?(?:,|$)/g)
  return Object.fromEntries(
    Array.from(
      pairs,
      ([, field = '', quoted, plain]) => [field.trim(), (quoted ?? plain ?? '').trim()] as const,
    ).filter(([field, head]) => field !== '' || head !== ''),
  )
}

async function runNamed(
  administration: Administration,
  { name, ...options }: Given<typeof namedFields>,
): Promise<Outcome> {
  const { store, clock } = administration
  const stored = (await listImports(store)).find(({ source }) => source.name === name)
  if (!stored) return refused(`there is no import ${JSON.stringify(name)}`)
  const done = await run(administration, options, stored)
  if (!options.dryRun) {
    const state = done.outcome.ok ? 'taken' : 'refused'
    await keepImportState(store, stored.source, { at: clock.now(), state, rows: done.rows })
  }
  return done.outcome
}

/** `rows`: those that were left out, or why nothing was taken. */
type Run = { readonly outcome: Outcome; readonly rows: readonly ImportFault[] }

async function run(administration: Administration, options: RunOptions, given: StoredImport): Promise<Run> {
  const stored = options.strict ? { ...given, source: { ...given.source, strict: true } } : given
  const read = await planImport(administration, stored, { force: options.force === true })
  if (!read.ok) return { outcome: importFaults(read.fault), rows: read.fault }
  const planned = read.value
  const rows = [...planned.left]
  const outcome = await carried(administration, options, {
    ...planned,
    async carry(more) {
      const done = await planned.carry(more)
      rows.push(...(done.refused ?? []))
      return done
    },
  })
  const warnings = [...planned.warnings, ...planned.plans.flatMap(({ plan }) => plan.warnings)].map(faultText)
  return { outcome: withRows(outcome, rows, [...new Set(warnings)]), rows }
}

/** Rows that are told to people; programs get all. */
const maxTold = 200

/** Each row that is left out is told by its line or entry with the reason; then what only deserves a look. */
function withRows(outcome: Outcome, rows: readonly ImportFault[], warnings: readonly string[]): Outcome {
  if (!outcome.ok) return outcome
  const more = rows.length > maxTold ? [`  ... and ${rows.length - maxTold} more: --json tells all`] : []
  const heading = `left out: ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}; whoever of them is listed stays as before`
  const told =
    rows.length === 0 ? [] : [heading, ...rows.slice(0, maxTold).map((row) => `  ${faultText(row)}`), ...more]
  const left = rows.map(({ line, where: place, why }) => givenOf({ line, place, why }))
  return succeeded([outcome.text, ...told, ...warnings.map((warning) => `warning: ${warning}`)].join('\n'), {
    ...outcome.value,
    left,
    ...(warnings.length === 0 ? {} : { warnings }),
  })
}

async function carried(administration: Administration, options: RunOptions, planned: PlannedImport): Promise<Outcome> {
  const { plans, changes } = planned
  const value = { plans: plans.map(({ user, plan }) => ({ user, ...diffJson(plan) })) }
  // Nothing to do is no fault: imports run at night by themselves.
  if (changes.length === 0) return succeeded('it is so already', value)
  return carryAtServer(administration, (more) => planned.carry(more), {
    ...options,
    value,
    places: changes.map((change) => ({ place: 'user' in change ? `list of ${change.user}` : change.op })),
    ...(options.dryRun ? {} : { text: textOf(planned) }),
  })
}

function textOf({ plans }: PlannedImport): string {
  return plans.flatMap(({ user, plan }) => [`${user}: ${countsOf(plan)}`, ...linesOf(plan)]).join('\n')
}

function countsOf({ add: added, change, remove, unchanged }: UserPlan['plan']): string {
  return `${added.length} added, ${change.length} changed, ${remove.length} removed, ${unchanged.length} as before`
}

/** Warnings are told once, with all others. */
function linesOf(plan: UserPlan['plan']): readonly string[] {
  return diffText({ ...plan, warnings: [] }).map((line) => `  ${line}`)
}

function importFaults(faults: readonly ImportFault[]): Outcome {
  return faulty(faults.map(({ line, where: place, why }) => ({ why, ...givenOf({ line, place }) })))
}

async function add(
  administration: Administration,
  { file, for: unitOf, why }: Given<typeof addFields>,
): Promise<Outcome> {
  if (!isUnit(unitOf)) return wrongUnit
  const given = await readText(file)
  if (given === undefined) return unavailable(`cannot read ${file}`)
  const source = importSourceSchema.safeParse(jsonOf(given))
  const issue = source.error?.issues[0]
  if (!source.success) return refused(`${issue?.path.join('.') || 'settings'}: ${issue?.message ?? 'unreadable'}`)
  await addImport(administration, { source: source.data, for: unitOf }, why)
  const { name, kind } = source.data
  return succeeded(`${name} is kept; to read it: kith-server import run ${name}`, { name, kind, for: unitOf })
}

async function remove(
  administration: Administration,
  { name, contacts, ...options }: Given<typeof removeFields>,
): Promise<Outcome> {
  const { why, dryRun } = options
  const value = { name, contacts }
  if (contacts === 'remove')
    return carryAtServer(administration, (more) => removeImported(administration, name, more), { ...options, value })
  // Forgetting a source changes no list, so there is nothing to show.
  if (dryRun) return misused('--dry-run shows what --contacts remove would take away')
  const done = await removeImport(administration, name, why)
  if (!done.ok) return refused(done.why)
  return succeeded(`${name} is removed; the contacts that it brought stay (--contacts remove takes them away)`, value)
}

async function list({ store }: Administration): Promise<Outcome> {
  const states = await importStates(store)
  const imports = (await listImports(store)).map((one) => {
    const state = states.get(one.source.name)
    return { ...one, ...(state ? { state: { ...state, at: iso(state.at) } } : {}) }
  })
  const shown = imports.map((one) => {
    const { at = 'never', state = '', left = '' } = one.state ?? {}
    return { ...one.source, for: one.for, read: at, state, left }
  })
  return listed(listing('imports', imports, 'NAME, KIND, FOR, READ, STATE, LEFT OUT=left', shown))
}
