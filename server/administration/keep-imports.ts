/** Keeps stored imports in step while the server runs: a roster as it changes, a directory at its interval. */
import { oneAtATime } from '../ground/one-at-a-time.ts'
import type { ImportResult } from '../import/contact.ts'
import { type SourceWatch, watchSource } from '../import/read-source.ts'
import type { Log } from '../monitoring/log.ts'
import { type ImportHost, listImports, planRead, type StoredImport } from './imports.ts'

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
  const planned = result.ok ? await planRead(host, stored, result) : result
  const { kind } = stored.source
  // Which row it is, `import run --dry-run` tells: an address is nothing for the log.
  if (!planned.ok) return log.warn('import refused', { kind, count: planned.faults.length })
  if (planned.changes.length === 0) return
  const done = await planned.carry({ why: 'kept in step' })
  if (done.ok) log.info('imported', { kind, count: planned.changes.length })
  else log.warn('import refused', { kind, count: done.faults.length })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
