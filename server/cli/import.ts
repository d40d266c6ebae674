/** `kith-server import FILE` and `kith-server import add|list|remove|run` */
import { basename, extname, resolve } from 'node:path'
import { z } from 'zod'
import { isUnit } from '../../shared/administration/change.ts'
import type { Administration } from '../administration/administer.ts'
import {
  addImport,
  type ImportRun,
  listImports,
  planImport,
  removeImport,
  removeImported,
  type StoredImport,
  type UserPlan,
} from '../administration/imports.ts'
import type { ImportFault } from '../import/contact.ts'
import { diffJson, diffText, faultText } from '../import/diff.ts'
import { importSourceSchema } from '../import/source.ts'
import { carryAtServer } from './changing.ts'
import { administering, byDefault, type Given, group } from './command.ts'
import { changeFields, flag, needed, option, reasonFields, word } from './fields.ts'
import { faulty, misused, type Outcome, refused, succeeded, unavailable } from './outcome.ts'
import { givenOf, listed, listing } from './reading.ts'
import { jsonOf, readText } from './text.ts'

/** Said in the help and wherever `--for` is wrong. */
const units = 'whose lists: all, department:NAME, group:ID or user:LOGIN'
const wrongUnit = misused(`--for says ${units}`)

const runFields = { ...changeFields, force: flag('even where many contacts would go') }
const unit = needed('<unit>', units)
const fileFields = { ...runFields, file: word('<file>'), for: unit }
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
  { file, for: unitOf, ...options }: Given<typeof fileFields>,
): Promise<Outcome> {
  if (!isUnit(unitOf)) return wrongUnit
  const kind = { '.csv': 'csv', '.vcf': 'vcard' }[extname(file).toLowerCase()]
  if (kind === undefined) return misused(`${file}: a file of contacts is .csv or .vcf`)
  // The file's name is the source's: the same file again changes and removes what it brought before.
  const name = basename(file)
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
  const source = importSourceSchema.safeParse({ kind, name, file: resolve(file) })
  if (!source.success) return misused(`${file}: its name cannot name a source`)
  return run(administration, options, { source: source.data, for: unitOf })
}

async function runNamed(
  administration: Administration,
  { name, ...options }: Given<typeof namedFields>,
): Promise<Outcome> {
  const stored = (await listImports(administration.store)).find(({ source }) => source.name === name)
  return stored ? run(administration, options, stored) : refused(`there is no import ${JSON.stringify(name)}`)
}

async function run(administration: Administration, options: RunOptions, stored: StoredImport): Promise<Outcome> {
  const planned = await planImport(administration, stored, { force: options.force === true })
  if (!planned.ok) return importFaults(planned.faults)
  const { plans, changes } = planned
  const value = { plans: plans.map(({ user, plan }) => ({ user, ...diffJson(plan) })) }
  const warnings = [...planned.warnings, ...plans.flatMap(({ plan }) => plan.warnings)].map(faultText)
  // Nothing to do is no fault: imports run at night by themselves.
  if (changes.length === 0) return succeeded(['it is so already', ...warnings].join('\n'), { ...value, warnings })
  return carryAtServer(administration, (more) => planned.carry(more), {
    ...options,
    value,
    warnings: [...new Set(warnings)],
    places: changes.map((change) => ({ place: 'user' in change ? `list of ${change.user}` : change.op })),
    ...(options.dryRun ? {} : { text: textOf(planned) }),
  })
}

function textOf({ plans }: Extract<ImportRun, { readonly ok: true }>): string {
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
  const text = await readText(file)
  if (text === undefined) return unavailable(`cannot read ${file}`)
  const source = importSourceSchema.safeParse(jsonOf(text))
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
  const imports = await listImports(store)
  const shown = imports.map((one) => ({ ...one, ...one.source }))
  return listed(listing('imports', imports, 'NAME, KIND, FOR', shown))
}
