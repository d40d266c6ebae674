/** `kith-server store`: where the store is. `backup` and `check`: a copy of everything, and whether all is whole. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { jsonOf } from '../../shared/json.ts'
import type { Done } from '../ground/refusals.ts'
import { moveStore } from '../processes/move-store.ts'
import { type StoreSettings, storeSettings } from '../settings/open-configured.ts'
import { acting, commonOptions, withCommon } from './command.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'

const migrateOptions = commonOptions.extend({ to: z.string() })

/** Adds `store`, `backup` and `check`, which work at the server alone. */
export function addStoreCommands(program: Command): void {
  const store = program.command('store').description('the database behind the server')
  withCommon(
    store.command('migrate').description('copy everything to another database, check it, and use it from then on'),
  )
    .requiredOption('--to <file>', 'file with the settings of the other database, as under "store" in config.json')
    .action(acting(migrateOptions, migrate))
  withCommon(program.command('backup').description('copy the data folder, of one moment, while the server serves'))
    .requiredOption('--to <folder>', 'new or empty folder')
    .action(acting(migrateOptions, backup))
  withCommon(program.command('check').description('every list, chain, signed head and the audit log')).action(
    acting(commonOptions, check),
  )
}

async function backup({ data, to }: z.infer<typeof migrateOptions>): Promise<Outcome> {
  const { backUp } = await import('../processes/back-up.ts')
  const done = await backUp(data, to)
  if (!done.ok) return unavailable(done.why)
  const without = 'It holds settings, keys and certificate; the database is backed up by its own means.'
  return succeeded(`${to} is a complete data folder.${done.value.store ? '' : ` ${without}`}`, { to, ...done.value })
}

async function check({ data }: z.infer<typeof commonOptions>): Promise<Outcome> {
  const { checkStore } = await import('../processes/back-up.ts')
  const checked = await checkStore(data)
  if (!checked.ok) return unavailable(checked.why)
  const { lists, versions, audit } = checked.value
  return succeeded(`${lists} lists of ${versions} versions and ${audit} audit lines are whole.`, checked.value)
}

async function migrate({ data, to }: z.infer<typeof migrateOptions>): Promise<Outcome> {
  const settings = await readStoreSettings(to)
  if (!settings.ok) return unavailable(settings.why)
  const moved = await moveStore(data, settings.value)
  if (!moved.ok) return unavailable(moved.why)
  const { tables, rows } = moved.value
  const text = `${rows} rows of ${tables} tables are copied and checked; config.json names the new store.`
  return succeeded(text, { tables, rows, store: settings.value.kind })
}

/** Passwords are not in it: only the name of a file that holds one. */
export async function readStoreSettings(file: string): Promise<Done<StoreSettings>> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return { ok: false, why: `${file} cannot be read` }
  const parsed = storeSettings.safeParse(jsonOf(text))
  if (parsed.success) return { ok: true, value: parsed.data }
  const issue = parsed.error.issues[0]
  return { ok: false, why: `${file}: ${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'unreadable'}` }
}
