/** What it costs to read a directory (slapd) and a roster (Prosody), and to compare them with the list. */

import { execFileSync } from 'node:child_process'
import { z } from 'zod'
import { jsonOf } from '../shared/json.ts'
import { milliseconds, table } from './figures.ts'

/** Milliseconds. */
const timesSchema = z.object({ read: z.number(), first: z.number(), again: z.number() })
const measuredSchema = z.object({ fromDirectory: timesSchema, fromRoster: timesSchema })

const sizes = [100, 10_000]

/** Prints the table of imports by size and source. */
export function benchImports(): void {
  const rows = sizes.flatMap((size) => {
    const args = ['server/import/testing/measure.ts', String(size)]
    const { fromDirectory, fromRoster } = measuredSchema.parse(
      jsonOf(execFileSync(process.execPath, args, { encoding: 'utf8' })),
    )
    return [row(size, 'directory', fromDirectory), row(size, 'roster', fromRoster)]
  })
  const head = ['contacts', 'source', 'sign in and read', 'compared, all of them new', 'compared, nothing changed']
  table('Imports', head, rows)
}

function row(size: number, name: string, { read, first, again }: z.infer<typeof timesSchema>): string[] {
  return [size.toLocaleString('en'), name, ...[read, first, again].map(milliseconds)]
}
