/**
 * Carries out a wipe that the policy key signed (protocol.md section 9). The order is the protocol's: remember, stop,
 * say so, destroy the keys, then the files, say so again. Each step may be repeated: a wipe that was interrupted goes
 * on at the next start.
 */
import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '../../../shared/whitelist/command.ts'
import { readIfThere, writeAtomic } from '../ground/atomic-file.ts'
import type { Ports } from '../ground/ports.ts'
import { writeIfPossible } from '../ground/store-error.ts'
import { type AccountPlace, asidesOf, stagingPlace } from '../keys/account-place.ts'
import { tryKeychain } from '../keys/kek.ts'
import { storedItems } from '../keys/vault.ts'
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

/**
 * Everything of the account on this machine, also where the disk is full: whatever a step meets, the next one is taken,
 * and the keys are destroyed.
 */
export async function wipeAll(ports: Ports, store: AccountStore, command: Command, steps: WipeSteps): Promise<void> {
  const { place, vault } = store
  const items = [...(await vault.items()), ...otherItems(place)]
  // The note names the keychain's items, since the next start may find neither keys nor database to learn them from.
  writeIfPossible(ports.log, 'wipe', () => writeAtomic(wipeFile(place), JSON.stringify({ id: command.id, items })))
  steps.reached('noted')
  await steps.stop()
  steps.reached('stopped')
  await steps.acknowledge('started')
  steps.reached('told')
  // From here on the rest is unreadable, whatever interrupts: the point of no return comes before the slow deleting.
  await vault.destroy()
  await forgetItems(ports, items)
  steps.reached('keys')
  // Windows deletes no open file.
  writeIfPossible(ports.log, 'wipe', store.database.close)
  steps.reached('closed')
  destroyFiles(place.folder)
  rmSync(stagingPlace(place).folder, { recursive: true, force: true })
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
  store.database.takeAway(() => {
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
    await forgetItems(ports, readItems(text))
    destroyFiles(folder)
  }
}

/** The files go all the same where the keychain is away. What stays in it is a key to nothing. */
async function forgetItems({ secrets }: Ports, items: readonly string[]): Promise<void> {
  for (const item of items) await tryKeychain(() => secrets.delete(item))
}

/** Of the stores beside this one: those that were put aside, and a device that was made ready. */
function otherItems(place: AccountPlace): readonly string[] {
  return [...asidesOf(place), stagingPlace(place)].flatMap(storedItems)
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
  try {
    const facts = lstatSync(file)
    // In place: a file that is emptied first would need room again, and its old bytes would stay where they are.
    if (facts.isFile() && facts.size <= overwriteLimit) writeFileSync(file, Buffer.alloc(facts.size), { flag: 'r+' })
  } catch {
    // A disk that does not write still lets go of its files.
  }
}
