/** Keeps the window's place between two starts. Losing it costs a default place, so failures are not told. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { WindowState } from './window-state.ts'

export function readWindowFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

export function writeWindowFile(file: string, state: WindowState): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch {
    // A full disk must not keep the window from closing.
  }
}
