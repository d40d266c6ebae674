/**
 * profile.json: what the sign-in form is filled with, whose store is opened at the start, and the settings. It is
 * plain text, so it holds nothing secret, and no pin or key by which a server is trusted.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { settingsSchema } from '../../../../shared/contract.ts'
import { readIfThere, writeAtomic } from '../../ground/atomic-file.ts'

const profileSchema = z.object({
  format: z.literal(1),
  server: z.string(),
  user: z.string(),
  settings: settingsSchema.partial().default({}),
  /** Set while the user has locked the app: restarting it must not open it. */
  locked: z.boolean().default(false),
})

/** What a profile remembers beside its accounts. */
export type Profile = z.infer<typeof profileSchema>

const emptyProfile: Profile = { format: 1, server: '', user: '', settings: {}, locked: false }

function fileOf(folder: string): string {
  return join(folder, 'profile.json')
}

/** An unreadable profile costs a filled form, nothing else, so it is taken as empty. */
export function readProfile(folder: string): Profile {
  try {
    const parsed = profileSchema.safeParse(JSON.parse(readIfThere(fileOf(folder)) ?? 'null'))
    return parsed.success ? parsed.data : emptyProfile
  } catch {
    return emptyProfile
  }
}

/** Replaces the file whole. Throws `StoreError` when the disk is full. */
export function writeProfile(folder: string, profile: Profile): void {
  writeAtomic(fileOf(folder), `${JSON.stringify(profile, undefined, 2)}\n`)
}
