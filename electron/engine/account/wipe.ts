/**
 * Carries out a wipe that the policy key signed (protocol.md section 9). The order is the protocol's: remember, stop,
 * say so, destroy the keys, then the files, say so again. Each step may be repeated: a wipe that was interrupted goes
 * on at the next start.
 */
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '../../../shared/whitelist/command.ts'
import { readIfThere, writeAtomic } from '../ground/atomic-file.ts'
import { type Ports, SecretStoreUnavailable } from '../ground/ports.ts'
import type { AccountPlace } from '../keys/account-place.ts'
import { type AccountStore, wipeFile } from './account-store.ts'

type WipeSteps = {
  /** Ends mail and sync. */
  readonly stop: () => Promise<void>
  /** Tells the server how far it is; best effort, at most a few seconds. */
  readonly acknowledge: (step: 'started' | 'done') => Promise<void>
  /** For the log: what has been done so far. */
  readonly reached: (step: WipeStep) => void
}

/** Where a wipe may be cut off: each step is reached once what it names is on the disk or told. */
type WipeStep = 'noted' | 'stopped' | 'told' | 'keys' | 'closed' | 'files' | 'done'

/** Everything of the account on this machine. */
export async function wipeAll(store: AccountStore, command: Command, steps: WipeSteps): Promise<void> {
  // The note names the keychain's items, since the next start may find neither keys nor database to learn them from.
  writeAtomic(wipeFile(store.place), JSON.stringify({ id: command.id, items: itemsOf(store.place) }))
  steps.reached('noted')
  await steps.stop()
  steps.reached('stopped')
  await steps.acknowledge('started')
  steps.reached('told')
  // From here on the rest is unreadable, whatever interrupts: the point of no return comes before the slow deleting.
  await store.vault.destroy()
  steps.reached('keys')
  // Windows deletes no open file.
  store.database.close()
  steps.reached('closed')
  destroyFiles(store.place.folder)
  steps.reached('files')
  await steps.acknowledge('done')
  steps.reached('done')
}

/** Whether a wipe of this account has begun. */
export function isWiping(place: Pick<AccountPlace, 'folder'>): boolean {
  return readIfThere(wipeFile(place)) !== undefined
}

/**
 * Destroys only the list: its entries, its head and its chain. Mail and keys stay, and the device asks for the whole
 * list once it may again.
 */
export function wipeList(store: AccountStore): void {
  store.database.transaction(() => {
    store.database.run('DELETE FROM entries')
    store.database.run('DELETE FROM list')
  })
}

/** Goes on with wipes that were interrupted. The keys may be gone already, so nothing is asked of them. */
export async function resumeWipes(ports: Ports): Promise<void> {
  for (const folder of accountFolders(ports.profile)) {
    const text = readIfThere(wipeFile({ folder }))
    if (text === undefined) continue
    ports.log.warn('interrupted wipe goes on')
    for (const item of readItems(text)) {
      try {
        await ports.secrets.delete(item)
      } catch (error) {
        // The files go all the same. What stays in the keychain is a key to nothing.
        if (!(error instanceof SecretStoreUnavailable)) throw error
      }
    }
    destroyFiles(folder)
  }
}

function itemsOf(place: AccountPlace): readonly string[] {
  return [place.kekItem, place.ratchetItem]
}

function readItems(text: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(text)
    const items: unknown = typeof parsed === 'object' && parsed !== null && 'items' in parsed ? parsed.items : []
    return Array.isArray(items) ? items.filter((item) => typeof item === 'string') : []
  } catch {
    return []
  }
}

function accountFolders(profile: string): readonly string[] {
  const parent = join(profile, 'accounts')
  try {
    return readdirSync(parent).map((name) => join(parent, name))
  } catch {
    return []
  }
}

/** Keys first; the note that a wipe runs goes last, with the folder. */
function destroyFiles(folder: string): void {
  const names = readdirSync(folder).filter((name) => name !== 'wipe.json')
  for (const name of names.sort((a, b) => Number(b.startsWith('keys')) - Number(a.startsWith('keys')))) {
    overwrite(join(folder, name))
    rmSync(join(folder, name), { force: true, recursive: true })
  }
  rmSync(folder, { force: true, recursive: true })
  // Log lines hold no contents, but the protocol names them (section 9).
  rmSync(join(folder, '..', '..', 'logs'), { force: true, recursive: true })
}

/** Overwriting helps on old disks only; the security is in the destroyed key. Large files are left to that. */
const overwriteLimit = 1024 * 1024

function overwrite(file: string): void {
  const facts = statSync(file)
  if (facts.isFile() && facts.size <= overwriteLimit) writeFileSync(file, Buffer.alloc(facts.size))
}
