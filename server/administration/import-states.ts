/** What the last reading of each source came to, for those who look after them: the page, the metrics, the commands. */
import { z } from 'zod'
import { importForm } from '../../shared/administration/import-form.ts'
import { jsonOf } from '../../shared/json.ts'
import type { ImportFault } from '../import/contact.ts'
import type { ImportSource } from '../import/source.ts'
import type { ImportFigures } from '../monitoring/metrics.ts'
import type { Store } from '../store/store.ts'

/** Rows that are told; the first ones are enough to see what is wrong. */
const maxRows = 50
/** Characters of one of their texts. */
const maxText = 300

const stateSchema = z.object({
  kind: z.enum(['csv', 'vcard', 'xmpp', 'ldap']),
  at: z.number().int(),
  /** `refused`: nothing was taken. */
  state: z.enum(['taken', 'refused']),
  /** Rows that were left out. */
  left: z.number().int(),
  /** The first of them, or why nothing was taken. */
  rows: importForm.shape.rows,
})
/** How one source stands. */
type ImportState = z.infer<typeof stateSchema>

/** One JSON text by the source's name. */
const settingName = 'import-states'

/** By the source's name; those that were never read are missing. */
export async function importStates(store: Store): Promise<ReadonlyMap<string, ImportState>> {
  const text = await store.journal.setting(settingName)
  const read = z.record(z.string(), stateSchema).safeParse(text === undefined ? {} : jsonOf(text))
  // Of another version it says nothing; the next reading writes it anew.
  return new Map(Object.entries(read.data ?? {}))
}

/** For the metrics. */
export async function importFigures(store: Store): Promise<readonly ImportFigures[]> {
  const states = [...(await importStates(store)).values()]
  return states.map(({ kind, left, state }) => ({ kind, left, refused: state === 'refused' ? 1 : 0 }))
}

/** Notes what a reading came to. */
export function keepImportState(
  store: Store,
  { name, kind }: Pick<ImportSource, 'name' | 'kind'>,
  {
    at,
    state,
    rows,
  }: { readonly at: number; readonly state: ImportState['state']; readonly rows: readonly ImportFault[] },
): Promise<void> {
  const told = rows.slice(0, maxRows).map(cut)
  return change(store, (states) =>
    states.set(name, { kind, at, state, left: state === 'taken' ? rows.length : 0, rows: told }),
  )
}

/** A source that is gone has no state. */
export function forgetImportState(store: Store, name: string): Promise<void> {
  return change(store, (states) => states.delete(name))
}

function change(store: Store, how: (states: Map<string, ImportState>) => unknown): Promise<void> {
  return store.transaction(async (inside) => {
    const states = new Map(await importStates(inside))
    how(states)
    await inside.journal.setSetting(settingName, JSON.stringify(Object.fromEntries(states)))
  })
}

function cut({ line, where, why, code, what }: ImportFault): ImportState['rows'][number] {
  return {
    ...(line === undefined ? {} : { line }),
    ...(where === undefined ? {} : { where: where.slice(0, maxText) }),
    why: why.slice(0, maxText),
    ...(code === undefined ? {} : { code }),
    ...(what === undefined ? {} : { what: what.slice(0, maxText) }),
  }
}
