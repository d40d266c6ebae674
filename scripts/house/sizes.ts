/** Sizes: a file that one can read, and one that is worth opening. */
import { maxFileLines, minFileLines } from '../house-rules.ts'
import type { FileFacts } from './facts.ts'

/** Complaints about files that are too long. */
export function checkSizes(files: readonly FileFacts[]): readonly string[] {
  return files
    .filter(({ lines }) => lines > maxFileLines)
    .map(({ path, lines }) => `${path}: ${lines} lines, more than ${maxFileLines}`)
}

/** Files of the product that are so small that they may belong to another: told, not refused. */
export function smallFiles(files: readonly FileFacts[]): readonly string[] {
  return files.filter((file) => !file.isTest && file.lines < minFileLines).map(({ path }) => path)
}
