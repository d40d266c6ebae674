/** `kith-server store`: where the store is. `backup` and `check`: a copy of everything, and whether all is whole. */
import { readFile } from 'node:fs/promises'
import { jsonOf } from '../../shared/json.ts'
import type { Done } from '../ground/refusals.ts'
import { moveStore } from '../processes/move-store.ts'
import { type StoreSettings, storeSettings } from '../settings/open-configured.ts'
import { acting, type Given, group } from './command.ts'
import { needed } from './fields.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'

const backupFields = { to: needed('<folder>', 'new or empty folder') }
const migrateFields = {
  to: needed('<file>', 'file with the settings of the other database, as under "store" in config.json'),
}

/** `store`, which works at the server alone, as the next two do. */
export const storeCommands = group('store', 'the database behind the server', [
  acting('migrate', 'copy everything to another database, check it, and use it from then on', migrateFields, migrate),
])

/** `backup`. */
export const backupCommand = acting(
  'backup',
  'copy the data folder, of one moment, while the server serves',
  backupFields,
  backup,
)

/** `check`. */
export const checkCommand = acting('check', 'every list, chain, signed head and the audit log', {}, check)

async function backup({ data, to }: Given<typeof backupFields>): Promise<Outcome> {
  const { backUp } = await import('../processes/back-up.ts')
  const done = await backUp(data, to)
  if (!done.ok) return unavailable(done.why)
  const without = 'It holds settings, keys and certificate; the database is backed up by its own means.'
  return succeeded(`${to} is a complete data folder.${done.value.store ? '' : ` ${without}`}`, { to, ...done.value })
}

async function check({ data }: { readonly data: string }): Promise<Outcome> {
  const { checkStore } = await import('../processes/back-up.ts')
  const checked = await checkStore(data)
  if (!checked.ok) return unavailable(checked.why)
  const { lists, versions, audit } = checked.value
  return succeeded(`${lists} lists of ${versions} versions and ${audit} audit lines are whole.`, checked.value)
}

async function migrate({ data, to }: Given<typeof migrateFields>): Promise<Outcome> {
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
