/** `kith-server import FILE` and `kith-server import add|list|remove|run` */
import { basename, extname, resolve } from 'node:path'
import { type Command, Option } from 'commander'
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
import {
  administering,
  changeOptions,
  commonOptions,
  reasonOptions,
  withChange,
  withCommon,
  withReason,
} from './command.ts'
import { faulty, type Outcome, refused, succeeded, table, unavailable } from './outcome.ts'
import { jsonOf, readText } from './text.ts'

const runOptions = changeOptions.extend({ force: z.boolean().optional() })
const fileOptions = runOptions.extend({ for: z.string() })
const addOptions = reasonOptions.extend({ for: z.string() })
const removeOptions = changeOptions.extend({ contacts: z.enum(['keep', 'remove']) })
type RunOptions = z.infer<typeof runOptions>

const units = 'whose lists: all, department:NAME, group:ID or user:LOGIN'
const wrongUnit = { ok: false, code: 'usage', why: `--for says ${units}` } as const

/** Adds `import`, which works at the server alone: sources name files and hosts as the server sees them. */
export function addImportCommands(program: Command): void {
  const group = program.command('import').description('contacts from files, directories and rosters')
  withRun(
    group.command('file <file>', { isDefault: true }).description('a CSV or vCard file; again: what changed in it'),
  )
    .requiredOption('--for <unit>', units)
    .action(administering(fileOptions, importFile))
  withReason(group.command('add <file>').description('keep the settings of a source, a JSON object, under its name'))
    .requiredOption('--for <unit>', units)
    .action(administering(addOptions, add))
  withCommon(group.command('list').description('list the sources')).action(administering(commonOptions, list))
  withChange(group.command('remove <name>').description('forget a source'))
    .addOption(
      new Option('--contacts <what>', 'whether the contacts that it brought stay')
        .choices(['keep', 'remove'])
        .default('keep'),
    )
    .action(administering(removeOptions, remove))
  withRun(group.command('run <name>').description('read a source, and bring the lists in step')).action(
    administering(runOptions, runNamed),
  )
}

function withRun(command: Command): Command {
  return withChange(command).option('--force', 'even where many contacts would go')
}

async function importFile(
  administration: Administration,
  options: z.infer<typeof fileOptions>,
  file = '',
): Promise<Outcome> {
  if (!isUnit(options.for)) return wrongUnit
  const kind = { '.csv': 'csv', '.vcf': 'vcard' }[extname(file).toLowerCase()]
  if (kind === undefined) return { ok: false, code: 'usage', why: `${file}: a file of contacts is .csv or .vcf` }
  // The file's name is the source's: the same file again changes and removes what it brought before.
  const name = basename(file)
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
  const source = importSourceSchema.safeParse({ kind, name, file: resolve(file) })
  if (!source.success) return { ok: false, code: 'usage', why: `${file}: its name cannot name a source` }
  return run(administration, options, { source: source.data, for: options.for })
}

async function runNamed(administration: Administration, options: RunOptions, name = ''): Promise<Outcome> {
  const stored = (await listImports(administration.store)).find(({ source }) => source.name === name)
  return stored ? run(administration, options, stored) : refused(`there is no import ${JSON.stringify(name)}`)
}

async function run(administration: Administration, options: RunOptions, stored: StoredImport): Promise<Outcome> {
  const planned = await planImport(administration, stored, { force: options.force === true })
  if (!planned.ok) return importFaults(planned.faults)
  const { plans, changes } = planned
  const value = { plans: plans.map(({ user, plan }) => ({ user, ...diffJson(plan) })) }
  const warnings = [...planned.warnings, ...plans.flatMap(({ plan }) => plan.warnings)].map(faultText)
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
  return faulty(
    faults.map(({ line, where, why }) => ({
      ...(line === undefined ? {} : { line }),
      ...(where === undefined ? {} : { place: where }),
      why,
    })),
  )
}

async function add(administration: Administration, options: z.infer<typeof addOptions>, file = ''): Promise<Outcome> {
  if (!isUnit(options.for)) return wrongUnit
  const text = await readText(file)
  if (text === undefined) return unavailable(`cannot read ${file}`)
  const source = importSourceSchema.safeParse(jsonOf(text))
  const issue = source.error?.issues[0]
  if (!source.success) return refused(`${issue?.path.join('.') || 'settings'}: ${issue?.message ?? 'unreadable'}`)
  await addImport(administration, { source: source.data, for: options.for }, options.why)
  const { name, kind } = source.data
  return succeeded(`${name} is kept; to read it: kith-server import run ${name}`, { name, kind, for: options.for })
}

async function remove(
  administration: Administration,
  options: z.infer<typeof removeOptions>,
  name = '',
): Promise<Outcome> {
  const { contacts, why, dryRun } = options
  const value = { name, contacts }
  if (contacts === 'remove')
    return carryAtServer(administration, (more) => removeImported(administration, name, more), { ...options, value })
  if (dryRun) return { ok: false, code: 'usage', why: '--dry-run shows what --contacts remove would take away' }
  const done = await removeImport(administration, name, why)
  if (!done.ok) return refused(done.why)
  return succeeded(`${name} is removed; the contacts that it brought stay (--contacts remove takes them away)`, value)
}

async function list({ store }: Administration): Promise<Outcome> {
  const imports = await listImports(store)
  const rows = imports.map((one) => [one.source.name, one.source.kind, one.for])
  return succeeded(table([['NAME', 'KIND', 'FOR'], ...rows]), { imports })
}
