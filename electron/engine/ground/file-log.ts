/** The log of a profile: one JSON line an event, two files at most. Callers pass facts, never contents (ports.ts). */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { terminalJson } from '../../../shared/text/terminal.ts'
import type { Clock, Log, LogFacts } from './ports.ts'

/** Size at which the log moves aside, replacing the one before, in bytes. */
const rotateAt = 1_000_000

/** `KITH_LOG=stderr` shows the lines in the terminal too. */
export function createFileLog(folder: string, clock: Pick<Clock, 'now'>): Log {
  const file = join(folder, 'engine.log')
  const echo = process.env.KITH_LOG === 'stderr'
  // Synchronous, so that the last line before a crash is on the disk.
  const write = (level: string) => (event: string, facts?: LogFacts) => {
    const line = `${terminalJson({ at: new Date(clock.now()).toISOString(), level, event, ...facts })}\n`
    if (echo) process.stderr.write(line)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (sizeOf(file) > rotateAt) renameSync(file, `${file}.1`)
      appendFileSync(file, line, { mode: 0o600 })
    } catch {
      // A full disk must not stop the engine for want of a log line.
    }
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
