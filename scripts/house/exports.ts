/** Exported names: each is used, and means one thing within its part. */
import { entryFiles } from '../house-rules.ts'
import type { FileFacts } from './facts.ts'
import { partOf } from './imports.ts'

/**
 * Complaints about exported names that need not be: no other file imports them, or only tests do while their own file
 * has no use for them. What a test's helper exports may be used by tests alone.
 */
export function checkUnusedExports(files: readonly FileFacts[]): readonly string[] {
  const byProduct = importedNames(files.filter((file) => !file.isTest))
  const byTests = importedNames(files.filter((file) => file.isTest))
  return files
    .filter(({ path }) => !entryFiles.some((entry) => path.endsWith(entry)))
    .flatMap((file) => {
      const isIn = (names: ReadonlySet<string>, name: string) =>
        names.has(`${file.path} ${name}`) || names.has(`${file.path} *`)
      return file.exports.flatMap(({ name, isUsedHere }) => {
        if (isIn(byProduct, name)) return []
        if (!isIn(byTests, name)) return [`${file.path}: exports ${name}, which no other file imports`]
        return isUsedHere || file.isTest ? [] : [`${file.path}: exports ${name}, which only tests use`]
      })
    })
}

/** Each import as `path name`. */
function importedNames(files: readonly FileFacts[]): ReadonlySet<string> {
  return new Set(
    files.flatMap(({ imports }) => imports.flatMap(({ target, names }) => names.map((name) => `${target} ${name}`))),
  )
}

/** Complaints about names that two files of one part export with different meanings; what is handed on is one thing. */
export function checkMeanings(files: readonly FileFacts[]): readonly string[] {
  const declared = files
    .filter((file) => !file.isTest)
    .flatMap(({ path, exports }) =>
      exports
        .filter(({ name, isPassedOn }) => !isPassedOn && name !== 'default')
        .map(({ name }) => ({ name: `${partOf(path)?.name}: ${name}`, path })),
    )
  return [...Map.groupBy(declared, ({ name }) => name)]
    .filter(([, places]) => places.length > 1)
    .map(([name, places]) => `${name} has ${places.length} meanings: ${places.map(({ path }) => path).join(', ')}`)
}
