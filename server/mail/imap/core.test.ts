import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { imapCore } from './core.ts'

const { cache } = createRequire(import.meta.url)

/** Whether a loaded file belongs to the empty package that package.json puts in the place of what is not needed. */
function isEmptyPackage(file: string): boolean {
  const { exports } = cache[file] ?? {}
  return typeof exports === 'object' && exports !== null && 'printMsg' in exports
}

it('loads the IMAP layer without the packages that package.json leaves out', () => {
  const { IMAPServer, Indexer, compile } = imapCore()
  expect(typeof IMAPServer).toBe('function')
  expect(typeof Indexer).toBe('function')
  expect(typeof compile).toBe('function')
  const files = Object.keys(cache)
  expect(files.some((file) => file.includes('/imap-core/lib/commands/'))).toBe(true)
  expect(files.filter(isEmptyPackage)).toEqual([])
})
