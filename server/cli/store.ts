/** `kith-server store`: where the store is. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { moveStore } from '../setup/move-store.ts'
import { type StoreSettings, storeSettings } from '../setup/store.ts'
import { acting, commonOptions, withCommon } from './command.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'

const migrateOptions = commonOptions.extend({ to: z.string() })

export function addStoreCommands(program: Command): void {
  const store = program.command('store').description('the database behind the server')
  withCommon(
    store.command('migrate').description('copy everything to another database, check it, and use it from then on'),
  )
    .requiredOption('--to <file>', 'file with the settings of the other database, as under "store" in config.json')
    .action(acting(migrateOptions, migrate))
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

type Read = { readonly ok: true; readonly value: StoreSettings } | { readonly ok: false; readonly why: string }

/** Passwords are not in it: only the name of a file that holds one. */
export async function readStoreSettings(file: string): Promise<Read> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return { ok: false, why: `${file} cannot be read` }
  const parsed = storeSettings.safeParse(jsonOf(text))
  if (parsed.success) return { ok: true, value: parsed.data }
  const issue = parsed.error.issues[0]
  return { ok: false, why: `${file}: ${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'unreadable'}` }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
