import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isFresh } from './freshness.ts'

let root: string
const file = (name: string, time: number) => {
  const place = path.join(root, name)
  mkdirSync(path.dirname(place), { recursive: true })
  writeFileSync(place, '')
  utimesSync(place, time, time)
}
const folders = (time: number) => {
  for (const name of ['shared', 'electron', 'electron/web', 'renderer']) utimesSync(path.join(root, name), time, time)
}

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'kith-fresh-'))
  for (const name of ['shared/a.ts', 'electron/web/b.ts', 'renderer/c.tsx', 'package.json']) file(name, 100)
  const results = ['main/main.js', 'main/engine-process.js', 'preload/preload.cjs', 'renderer/index.html']
  for (const name of results) file(`out/${name}`, 200)
  folders(100)
})
afterEach(() => rmSync(root, { recursive: true }))

test('a build newer than its sources is fresh', () => {
  expect(isFresh(root)).toBe(true)
})

test('a changed source, a deleted one, or a missing result is not', () => {
  file('electron/web/b.ts', 300)
  folders(100)
  expect(isFresh(root)).toBe(false)
  file('electron/web/b.ts', 100)
  folders(100)
  expect(isFresh(root)).toBe(true)
  utimesSync(path.join(root, 'shared'), 300, 300)
  expect(isFresh(root)).toBe(false)
  folders(100)
  rmSync(path.join(root, 'out/preload/preload.cjs'))
  expect(isFresh(root)).toBe(false)
})
