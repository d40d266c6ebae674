/** For tests of the house rules: several made-up files at once. */
import { type FileFacts, readFacts } from '../facts.ts'

/** Facts of files, whose texts stand under their paths. */
export function readAllFacts(texts: Readonly<Record<string, string>>): readonly FileFacts[] {
  return Object.entries(texts).map(([file, text]) => readFacts(file, text))
}
