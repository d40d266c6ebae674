/**
 * Spelling by a dictionary that lies on this computer. Chromium's own checker fetches dictionaries from a server of its
 * maker, so it stays off; on a Mac the system checks.
 */
import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { findDictionary } from './dictionary.ts'
import type { SpellingAnswer, SpellingQuestion } from './spelling-worker.ts'

/** Checks words; without a dictionary, or where it breaks, nothing is wrong and nothing is meant. */
export type Spelling = {
  /** Begins to read the dictionary, and says of which language it is; undefined where there is none. */
  begin(): string | undefined
  wrong(words: readonly string[]): Promise<readonly string[]>
  meant(word: string): Promise<readonly string[]>
}

/** Megabytes that the thread may use; one that needs more ends, and spelling with it. */
const memory = 512

/** Looks for a dictionary of these languages. `program`: of the thread that reads it. */
export function openSpelling(languages: readonly string[], program: string): Spelling {
  const dictionary = findDictionary(languages, (file) => statSync(file, { throwIfNoEntry: false })?.size)
  const asked = new Map<number, (words: readonly string[]) => void>()
  let thread: Worker | 'none' | 'over' = dictionary ? 'none' : 'over'
  let last = 0
  const end = () => {
    thread = 'over'
    for (const answer of asked.values()) answer([])
    asked.clear()
  }
  const read = (): Worker => {
    const made = new Worker(program, {
      env: {},
      workerData: dictionary,
      resourceLimits: { maxOldGenerationSizeMb: memory },
    })
    made.on('message', ({ id, words }: SpellingAnswer) => {
      asked.get(id)?.(words)
      asked.delete(id)
    })
    // A dictionary that cannot be read does not become better: there is no second try.
    made.on('error', end)
    made.on('exit', end)
    made.unref()
    return made
  }
  const question = (ask: SpellingQuestion['ask'], words: readonly string[]): Promise<readonly string[]> => {
    if (thread === 'over' || words.length === 0) return Promise.resolve([])
    if (thread === 'none') thread = read()
    last += 1
    const { promise, resolve } = Promise.withResolvers<readonly string[]>()
    asked.set(last, resolve)
    const said: SpellingQuestion = { id: last, ask, words }
    thread.postMessage(said, [])
    return promise
  }
  return {
    begin: () => {
      if (thread === 'none') thread = read()
      return dictionary?.language
    },
    wrong: (words) => question('wrong', words),
    meant: (word) => question('meant', [word]),
  }
}
