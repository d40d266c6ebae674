/**
 * profile.json: which account is opened at the start, and the settings. Readable in it is only what has to be there
 * before any key is: the account's folder, the language and the colours of the first screen. Server, user and the other
 * settings are sealed under the account's key. A file of before, which had all of it readable, is taken over at the first
 * opening.
 *
 * Whether the app is locked is the absence of another file, `unlocked`: locking takes a file away, which needs no room on
 * the disk, and whatever goes wrong with it leaves the app locked.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { settingsSchema } from '../../../../shared/contract.ts'
import { readIfThere, writeAtomic } from '../../ground/atomic-file.ts'
import type { Log } from '../../ground/ports.ts'
import { diskError, writeIfPossible } from '../../ground/store-error.ts'
import { accountPlace } from '../../keys/account-place.ts'
import { type SealedText, sealedTextSchema } from '../../keys/sealed-text.ts'
import type { Vault } from '../../keys/vault.ts'

const readableSettings = settingsSchema.pick({ language: true, theme: true }).partial()

const fileSchema = z.object({
  format: z.literal(2),
  /** The account's folder; empty for none. */
  account: z.string().regex(/^([0-9a-f]{24})?$/),
  settings: readableSettings.default({}),
  sealed: sealedTextSchema.exactOptional(),
})

const sealedSchema = z.object({ server: z.string(), user: z.string(), settings: settingsSchema.partial() })

const oldSchema = z.object({
  format: z.literal(1),
  server: z.string(),
  user: z.string(),
  settings: settingsSchema.partial().default({}),
  locked: z.boolean().default(false),
})

/** What a profile remembers beside its accounts. `server` and `user` are empty until the account's key is there. */
type Profile = Readonly<z.infer<typeof sealedSchema>> & {
  /** Names the account's folder; empty for none. */
  readonly account: string
  /** The user has locked the app, or its lock could not be told from one: restarting it must not open it. */
  readonly locked: boolean
}

type Sealer = Pick<Vault, 'seal' | 'unseal'>

/** The profile's file, as the session uses it. */
export type ProfileFile = {
  readonly read: () => Profile
  /** Changes it, on the disk first. What is sealed changes on the disk only with the account's key at hand. */
  readonly save: (change: Partial<Omit<Profile, 'locked'>>, vault: Sealer | undefined) => void
  /** The account's key is there: what is sealed can be read, and what lies there readable from before is sealed. */
  readonly unseal: (vault: Sealer) => void
  /** Names no account any more, also where the disk takes no other file. */
  readonly forget: () => void
  /** Never fails: where it can't be written, the next start is locked. */
  readonly setLocked: (locked: boolean) => void
}

type Kept = Omit<Profile, 'locked'> & { readonly sealed?: SealedText }

const nothing: Kept = { account: '', server: '', user: '', settings: {} }

/** The profile in this folder. One that can't be read costs a filled form, nothing else, so it is taken as empty. */
export function openProfileFile(folder: string, log: Log): ProfileFile {
  const file = join(folder, 'profile.json')
  const marker = join(folder, 'unlocked')
  const found = readProfile(folder, readIfThere(file))
  let kept = found.kept
  let locked = found.locked ?? !existsSync(marker)
  const setLocked = (next: boolean): void => {
    locked = next
    writeIfPossible(log, 'lock', () => (next ? remove(marker) : writeAtomic(marker, '')))
  }
  const write = (next: Kept): void => {
    const { account, settings, sealed } = next
    const content = { format: 2, account, settings: readableSettings.parse(settings), ...(sealed ? { sealed } : {}) }
    writeAtomic(file, `${JSON.stringify(content, undefined, 2)}\n`)
    kept = next
  }
  // Kept as it was in the file of before, which is replaced at the next write.
  if (found.locked === false) setLocked(false)
  return {
    read: () => ({ ...kept, locked }),
    save: (change, vault) => {
      const { sealed, ...next } = { ...kept, ...change }
      // What another account's key sealed says nothing of this one.
      const usable = next.account === kept.account ? sealed : undefined
      const box = vault ? sealProfile(next, vault) : usable
      write(box ? { ...next, sealed: box } : next)
    },
    unseal: (vault) => {
      const { sealed } = kept
      if (sealed) kept = { ...kept, ...unsealProfile(sealed, vault) }
      else if (kept.server !== '')
        writeIfPossible(log, 'profile', () => write({ ...kept, sealed: sealProfile(kept, vault) }))
    },
    forget: () => {
      const { settings } = kept
      kept = { ...nothing, settings }
      remove(file)
      writeIfPossible(log, 'profile', () => write(kept))
    },
    setLocked,
  }
}

/** `locked`: only in a file of before. */
function readProfile(folder: string, text: string | undefined): { readonly kept: Kept; readonly locked?: boolean } {
  const json = parsed(text)
  const file = fileSchema.safeParse(json)
  if (file.success) {
    const { account, settings, sealed } = file.data
    return { kept: { ...nothing, account, settings, ...(sealed ? { sealed } : {}) } }
  }
  const old = oldSchema.safeParse(json)
  if (!old.success) return { kept: nothing }
  const { server, user, settings, locked } = old.data
  const account = server === '' || user === '' ? '' : accountPlace(folder, server, user).id
  return { kept: { account, server, user, settings }, locked }
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}

function sealProfile({ server, user, settings }: Kept, vault: Sealer): SealedText {
  return vault.seal(JSON.stringify({ server, user, settings } satisfies z.infer<typeof sealedSchema>))
}

/** Nothing where it is another account's, or was altered. */
function unsealProfile(sealed: SealedText, vault: Sealer): Partial<Kept> {
  const read = sealedSchema.safeParse(parsed(vault.unseal(sealed)))
  return read.success ? read.data : {}
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch (error) {
    throw diskError(error)
  }
}
