/** What it costs to read a directory (slapd) and a roster (Prosody), and to compare them with the list. */
import { execFileSync } from 'node:child_process'
import { milliseconds, table } from './figures.ts'

type Times = Readonly<Record<'read' | 'first' | 'again', number>>
type Measured = { readonly fromDirectory: Times; readonly fromRoster: Times }

const sizes = [100, 10_000]

/** Prints the table of imports by size and source. */
export function benchImports(): void {
  const rows = sizes.flatMap((size) => {
    const args = ['server/import/testing/measure.ts', String(size)]
    const { fromDirectory, fromRoster } = JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8' }),
    ) as Measured
    return [row(size, 'directory', fromDirectory), row(size, 'roster', fromRoster)]
  })
  const head = ['contacts', 'source', 'sign in and read', 'compared, all of them new', 'compared, nothing changed']
  table('Imports', head, rows)
}

function row(size: number, name: string, { read, first, again }: Times): string[] {
  return [size.toLocaleString('en'), name, ...[read, first, again].map(milliseconds)]
}
