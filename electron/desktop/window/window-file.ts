/** Keeps the window's place between two starts. Losing it costs a default place, so failures are not told. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { jsonOf } from '../../../shared/json.ts'
import type { WindowState } from './window-state.ts'

/** What the file holds, not checked; `undefined` where there is none or it is no JSON. */
export function readWindowFile(file: string): unknown {
  try {
    return jsonOf(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Writes the place beside the file and renames it, so that a reader finds the old one or the new one whole. */
export function writeWindowFile(file: string, state: WindowState): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch {
    // A full disk must not keep the window from closing.
  }
}
