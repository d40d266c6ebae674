/** The thread that holds the dictionary: reading it takes a second, in which the window has to answer. */
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import nspell from 'nspell'
import type { Dictionary } from './dictionary.ts'

/** What the thread is asked: which of the words are wrong, or what could be meant by the one word. */
export type SpellingQuestion = {
  readonly id: number
  readonly ask: 'wrong' | 'meant'
  readonly words: readonly string[]
}
/** What it answers. */
export type SpellingAnswer = { readonly id: number; readonly words: readonly string[] }

const { aff, dic }: Dictionary = workerData
const speller = nspell(readFileSync(aff), readFileSync(dic))

function answer({ ask, words }: SpellingQuestion): readonly string[] {
  if (ask === 'wrong') return words.filter((word) => !speller.correct(word))
  return words.flatMap((word) => speller.suggest(word))
}

parentPort?.on('message', (question: SpellingQuestion) => {
  const said: SpellingAnswer = { id: question.id, words: answer(question) }
  parentPort?.postMessage(said, [])
})
