/** A dictionary on this computer checks words, and whatever is wrong with it checks none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it } from 'vitest'
import { findDictionary } from './dictionary.ts'
import type { SpellingAnswer } from './spelling-worker.ts'
import { openSpelling } from './spelling.ts'

const program = path.join(import.meta.dirname, 'spelling-worker.ts')
const folder = mkdtempSync(path.join(tmpdir(), 'kith-spelling-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the dictionary', () => {
  const has =
    (...files: readonly string[]) =>
    (file: string) =>
      files.includes(file) ? 1_000 : undefined
  const english = ['/usr/share/hunspell/en_GB.aff', '/usr/share/hunspell/en_GB.dic']

  it('is the first of the user’s languages that lies here whole', () => {
    expect(findDictionary(['zh-TW', 'en-GB', 'en-US'], has(...english))).toEqual({
      language: 'en-GB',
      aff: english[0],
      dic: english[1],
    })
    expect(findDictionary(['en-GB'], has('/usr/share/hunspell/en_GB.dic'))).toBeUndefined()
    expect(findDictionary(['en-US'], has(...english))).toBeUndefined()
    // Beside Chinese one writes English; beside German not every word should be wrong.
    expect(findDictionary(['zh-Hant-TW', 'zh-CN'], has(...english))).toMatchObject({ language: 'en-GB' })
    expect(findDictionary(['de-DE', 'zh-CN'], has(...english))).toBeUndefined()
  })

  it('is none that is too large, empty, or named by a path', () => {
    expect(findDictionary(['en-GB'], () => 50_000_000)).toBeUndefined()
    expect(findDictionary(['en-GB'], () => 0)).toBeUndefined()
    expect(findDictionary(['../../etc/x', '', 'en-GB/..'], () => 1_000)).toBeUndefined()
  })
})

it('without a dictionary no word is wrong, and no thread begins', async () => {
  const spelling = openSpelling(['xx-XX'], '/nonexistent')
  expect([spelling.begin(), await spelling.wrong(['lunhc']), await spelling.meant('lunhc')]).toEqual([
    undefined,
    [],
    [],
  ])
})

it('the thread tells which words are wrong, and what could be meant', async () => {
  const [aff, dic] = [path.join(folder, 'xx.aff'), path.join(folder, 'xx.dic')]
  writeFileSync(aff, 'SET UTF-8\nTRY esianrtolcdugmphbyfvkw\nSFX S Y 1\nSFX S 0 s .\n')
  writeFileSync(dic, '2\nlunch/S\nnoon\n')
  const thread = new Worker(program, { env: {}, workerData: { language: 'xx', aff, dic } })
  const ask = async (question: object) => {
    const { promise, resolve } = Promise.withResolvers<SpellingAnswer>()
    thread.once('message', resolve)
    thread.postMessage(question, [])
    return promise
  }
  expect(await ask({ id: 1, ask: 'wrong', words: ['lunch', 'lunhc', 'Lunchs', 'noons'] })).toEqual({
    id: 1,
    words: ['lunhc', 'noons'],
  })
  expect(await ask({ id: 2, ask: 'meant', words: ['lunhc'] })).toEqual({ id: 2, words: ['lunch'] })
  await thread.terminate()
})
