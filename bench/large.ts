/** How long the engine lets a call wait while it takes in a message of 25 MB, read in a thread of its own and in place. */
import { execFileSync } from 'node:child_process'
import { z } from 'zod'
import { milliseconds, table } from './figures.ts'

const takenSchema = z.object({ whole: z.number(), longest: z.number(), busiest: z.number() })
const lineSchema = z.object({ kind: z.string(), thread: takenSchema, inPlace: takenSchema })

/** Prints the table. */
export function benchLarge(): void {
  const program = 'electron/engine/mail/testing/large-messages.ts'
  const lines = execFileSync(process.execPath, [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const rows = lines
    .trim()
    .split('\n')
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .flatMap(({ kind, thread, inPlace }) => [cells(kind, 'in its thread', thread), cells(kind, 'in place', inPlace)])
  const head = ['message of 25 MB', 'read', 'until it is there', 'longest answer meanwhile', 'of it own work']
  table('Large messages: what a call waits (at most 50 ms of own work)', head, rows)
}

function cells(kind: string, where: string, { whole, longest, busiest }: z.infer<typeof takenSchema>): string[] {
  return [kind, where, ...[whole, longest, busiest].map(milliseconds)]
}
