/** Packages of `package.json`: each has its reason in ARCHITECTURE.md, and something uses it. */
import { tools } from '../house-rules.ts'
import type { FileFacts } from './facts.ts'
import { packageName } from './imports.ts'

const fields = ['dependencies', 'optionalDependencies', 'devDependencies'] as const

/** Complaints about packages without a reason and reasons without a package. `manifest`: package.json; `architecture`: ARCHITECTURE.md, whose table begins each row with names. */
export function checkReasons(manifest: string, architecture: string): string[] {
  const names = declaredIn(manifest)
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

/** Complaints about packages that no file imports and that are no tool, and about tools that are gone. */
export function checkUnusedPackages(manifest: string, files: readonly FileFacts[]): readonly string[] {
  const imported = new Set(files.flatMap(({ imports }) => imports.map(({ target }) => packageName(target))))
  const declared = declaredIn(manifest)
  // Types belong to the package that they describe; Node's own to every file.
  const isUsed = (name: string): boolean =>
    name === '@types/node' || name in tools || imported.has(name.replace(/^@types\//, ''))
  return [
    ...declared.filter((name) => !isUsed(name)).map((name) => `package.json: no file imports ${name}`),
    ...Object.keys(tools)
      .filter((name) => !declared.includes(name) || imported.has(name))
      .map((name) => `scripts/house-rules.ts: ${name} need not be listed as a tool`),
  ]
}

function declaredIn(manifest: string): readonly string[] {
  const declared: Partial<Record<string, Record<string, string>>> = JSON.parse(manifest)
  return fields.flatMap((field) => Object.keys(declared[field] ?? {}))
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
