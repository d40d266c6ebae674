/** Every package that `package.json` names has its reason in ARCHITECTURE.md, and nothing has one that is gone. */
const fields = ['dependencies', 'optionalDependencies', 'devDependencies'] as const

/** Complaints as sentences. `manifest`: package.json; `architecture`: ARCHITECTURE.md, whose table begins each row with names. */
export function checkDependencies(manifest: string, architecture: string): string[] {
  const declared: Partial<Record<string, Record<string, string>>> = JSON.parse(manifest)
  const names = fields.flatMap((field) => Object.keys(declared[field] ?? {}))
  const rows = rowsOf(architecture)
  const covers = (row: string, name: string): boolean =>
    row === name || (row.endsWith('/*') && name.startsWith(row.slice(0, -1)))
  return [
    ...names
      .filter((name) => !rows.some((row) => covers(row, name)))
      .map((name) => `ARCHITECTURE.md: ${name} has no row in the table of dependencies`),
    ...rows
      .filter((row) => !names.some((name) => covers(row, name)))
      .map((row) => `ARCHITECTURE.md: the table of dependencies names ${row}, which package.json does not`),
  ]
}

/** Names in the first cells of the table under `## Dependencies`; what stands in parentheses is a remark. */
function rowsOf(architecture: string): readonly string[] {
  const [, section = ''] = architecture.split(/^## Dependencies$/m)
  return (
    section
      .split(/^## /m)[0]
      ?.split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2)
      .flatMap((line) =>
        (line.split('|')[1] ?? '')
          .replace(/\([^)]*\)/g, '')

          .split(','),
      )
      .map((name) => name.trim())
      .filter((name) => name !== '') ?? []
  )
}
