/**
 * One engine a profile. The lock is the kernel's (taken by SQLite on `engine.lock`), so it ends with its process,
 * however that ended, and a process id used again by a stranger can't keep a profile closed.
 */
import { join } from 'node:path'
import { holdExclusively } from './open.ts'

type ProfileLock = { release(): void }

/** `undefined` when another living engine owns the profile. */
export function lockProfile(folder: string): ProfileLock | undefined {
  return holdExclusively(join(folder, 'engine.lock'))
}
