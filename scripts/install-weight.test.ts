import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { countPackages, type Machine } from './testing/install-weight.ts'

const linux: Machine = { os: 'linux', cpu: 'x64', libc: 'glibc' }

test('a clean install stays under 600 packages', () => {
  const count = countPackages(readFileSync('package-lock.json', 'utf8'), linux)
  expect(count).toBeGreaterThan(0)
  expect(count).toBeLessThanOrEqual(600)
})

test('counts what is meant for the machine, and not the project itself', () => {
  const packages = {
    '': {},
    'node_modules/zod': {},
    'node_modules/here': { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'node_modules/elsewhere': { os: ['win32'], cpu: ['x64'] },
    'node_modules/other': { os: ['linux'], cpu: ['arm64'] },
    'node_modules/musl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  }
  expect(countPackages(JSON.stringify({ packages }), linux)).toBe(2)
})
