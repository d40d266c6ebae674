/** Keeps stored imports in step while the server runs: a roster as it changes, a directory at its interval. */
import { type Checked, ok } from '../../shared/failures.ts'
import { oneAtATime } from '../ground/one-at-a-time.ts'
import { type ImportFault, type ImportResult, type SourceContents, toldOf } from '../import/contact.ts'
import { type SourceWatch, watchSource } from '../import/read-source.ts'
import type { Log } from '../monitoring/log.ts'
import { policyFrom } from '../organisation/organisation.ts'
import type { Store } from '../store/store.ts'
import { keepImportState } from './import-states.ts'
import { type ImportHost, listImports, type PlannedImport, planRead, type StoredImport } from './imports.ts'

type ImportKeeper = {
  /** Follows what is set up now; to be asked again and again. */
  look(): Promise<void>
  close(): Promise<void>
}

/** A source that is being watched; `settings` is its text, to see when it was changed. */
type Kept = { readonly settings: string; readonly watch: SourceWatch }

/** One process of all that share the store does it. */
export function keepImports(host: ImportHost, log: Log): ImportKeeper {
  const kept = new Map<string, Kept>()
  let claimed: (() => Promise<void>) | undefined
  const inOrder = oneAtATime()
  const follow = (stored: StoredImport): void => {
    const { source } = stored
    if (source.kind !== 'ldap' && source.kind !== 'xmpp') return
    const told = (result: ImportResult) => {
      // One after the other: two results that are compared with the same lists would both want the same changes made,
      // and the second would be refused.
      inOrder('take', () => take(host, log, { stored, result })).catch((error: unknown) =>
        log.error('import', { error: nameOf(error) }),
      )
    }
    const surroundings = { folder: host.folder.path, env: process.env, unicode: host.config.policy.unicode }
    kept.set(source.name, { settings: JSON.stringify(stored), watch: watchSource(source, surroundings, told) })
  }
  return {
    async look() {
      // Two servers that follow one roster would take turns in writing the same changes.
      claimed ??= await host.store.claim('imports')
      if (!claimed) return
      const wanted = new Map((await listImports(host.store)).map((stored) => [stored.source.name, stored]))
      for (const [name, { settings, watch }] of kept) {
        const stored = wanted.get(name)
        if (stored && JSON.stringify(stored) === settings) wanted.delete(name)
        else {
          watch.close()
          kept.delete(name)
        }
      }
      for (const stored of wanted.values()) follow(stored)
    },
    async close() {
      for (const { watch } of kept.values()) watch.close()
      // The connections end first, then what they told last is written, and only then may another process take over.
      await Promise.all([...kept.values()].map(({ watch }) => watch.ended))
      await inOrder('take', async () => undefined)
      await claimed?.()
    },
  }
}

type Told = { readonly stored: StoredImport; readonly result: ImportResult }

async function take(host: ImportHost, log: Log, { stored, result }: Told): Promise<void> {
  const { store, clock } = host
  const { kind } = stored.source
  const planned = result.ok ? await planTaken(host, stored, result.value) : result
  const outcome = planned.ok ? await carried(store, stored, planned.value) : planned
  const rows = outcome.ok ? outcome.value.rows : outcome.fault
  const state = outcome.ok ? 'taken' : 'refused'
  await keepImportState(store, stored.source, { at: clock.now(), state, rows })
  // Which rows they are, the page and `import list` tell: an address is nothing for the log.
  if (!outcome.ok) return log.warn('import refused', { kind, count: rows.length })
  if (rows.length > 0) log.warn('import rows left out', { kind, count: rows.length })
  if (outcome.value.count > 0) log.info('imported', { kind, count: outcome.value.count })
}

const why = 'kept in step'

/** With four eyes whoever is new waits for a second person; whoever left does not wait with them. */
async function planTaken(host: ImportHost, stored: StoredImport, read: SourceContents): ReturnType<typeof planRead> {
  const planned = await planRead(host, stored, read)
  const { fourEyes } = policyFrom(await host.store.organisation.policy())
  if (!planned.ok || !fourEyes || planned.value.removals.length === 0) return planned
  const gone = await planned.value.remove({ why })
  return gone.ok ? planRead(host, stored, read) : planned
}

type Carried = Checked<{ readonly count: number; readonly rows: readonly ImportFault[] }, readonly ImportFault[]>

async function carried(
  store: Store,
  { source }: StoredImport,
  { changes, left, carry }: PlannedImport,
): Promise<Carried> {
  if (changes.length === 0) return ok({ count: 0, rows: left })
  // What waits for somebody's approval would be asked for again with each reading.
  const asked = JSON.stringify(changes)
  const waiting = (await store.administration.proposals()).filter(
    ({ state }) => state === 'approval' || state === 'ready',
  )
  if (waiting.some((one) => one.via === `import:${source.name}` && one.changes === asked))
    return ok({ count: 0, rows: left })
  const done = await carry({ why })
  if (!done.ok) return { ok: false, fault: done.faults.map(toldOf) }
  const refused = done.refused ?? []
  return ok({ count: changes.length - refused.length, rows: [...left, ...refused] })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
