/** Words that a newcomer finds: each file says what it is for, each exported function what it does. */
import type { FileFacts } from './facts.ts'
import type { Export } from './read-exports.ts'

/** Complaints about files other than tests that do not begin with a doc comment for the whole file. */
export function checkHeadLines(files: readonly FileFacts[]): readonly string[] {
  return files
    .filter((file) => !file.isTest && !file.path.endsWith('.spec.ts') && !file.hasHeadLine)
    .map(({ path }) => `${path}: does not begin with a doc comment that says what the file is for`)
}

/** Complaints about exported functions, and exported types of `shared/`, without a doc comment. */
export function checkDocumented(files: readonly FileFacts[]): readonly string[] {
  return files
    .filter((file) => !file.isTest)
    .flatMap(({ path, exports }) =>
      exports
        .filter((one) => needsWords(path, one) && !one.isDocumented)
        .map(({ name, kind }) => `${path}: exports the ${kind} ${name} without a doc comment`),
    )
}

function needsWords(file: string, { kind, isPassedOn }: Export): boolean {
  return !isPassedOn && (kind === 'function' || (kind === 'type' && file.startsWith('shared/')))
}
