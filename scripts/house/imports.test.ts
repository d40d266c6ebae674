import { describe, expect, test } from 'vitest'
import { readFacts } from './facts.ts'
import { checkImports } from './imports.ts'

describe('the import table', () => {
  const refused: readonly [string, string, string][] = [
    ['a file without a home', 'attic/x.ts', 'export const x = 1\n'],
    ['an unclassified package', 'server/x.ts', "import x from 'left-pad'\n"],
    ['a package named like an object method', 'server/x.ts', "import x from 'constructor'\n"],
    ['node in shared', 'shared/x.ts', "import fs from 'node:fs'\n"],
    ['node without its prefix in shared', 'shared/x.ts', "import fs from 'fs'\n"],
    ['the engine in shared', 'shared/x.ts', "import { a } from '../electron/engine/engine.ts'\n"],
    ['a type of the engine in the page', 'renderer/x.ts', "import type { A } from '../electron/engine/engine.ts'\n"],
    ['a re-export across', 'renderer/x.ts', "export { a } from '../server/main.ts'\n"],
    ['a dynamic import across', 'renderer/x.ts', "const a = await import('../server/main.ts')\n"],
    ['a computed import', 'renderer/x.ts', 'const a = await import(name)\n'],
    ['electron in the engine', 'electron/engine/x.ts', "import { app } from 'electron'\n"],
    ['electron required in the engine', 'electron/engine/x.ts', "const { app } = require('electron')\n"],
    ['React in the desktop', 'electron/desktop/x.ts', "import React from 'react'\n"],
    ['the engine in the server', 'server/x.ts', "import { a } from '../electron/engine/engine.ts'\n"],
    ['axios outside its door', 'electron/engine/login.ts', "import axios from 'axios'\n"],
    ['keytar in the page', 'renderer/x.ts', "import keytar from 'keytar'\n"],
    ['a test helper in what ships', 'server/x.ts', "import { a } from './testing/people.ts'\n"],
    ['product internals in e2e', 'e2e/x.ts', "import { a } from '../electron/engine/engine.ts'\n"],
    ['the clock in shared', 'shared/x.ts', 'export const now = () => Date.now()\n'],
    ['a new Date in shared', 'shared/x.ts', 'export const now = () => new Date()\n'],
    ['randomness in shared', 'shared/x.ts', 'export const r = () => Math.random()\n'],
    ['a timer in shared', 'shared/x.ts', 'setTimeout(() => {}, 1)\n'],
    ['the global object in shared', 'shared/x.ts', "export const f = globalThis['fetch']\n"],
  ]
  test.each(refused)('refuses %s', (_, file, text) => {
    expect(checkImports([readFacts(file, text)])).toHaveLength(1)
  })

  const allowed: readonly [string, string, string][] = [
    ['shared from the page', 'renderer/x.ts', "import { a } from '../shared/rpc.ts'\n"],
    ['axios in its door', 'electron/engine/soap/soap-client.ts', "import axios from 'axios'\n"],
    ['node in the server', 'server/x.ts', "import fs from 'node:fs'\n"],
    ['vitest in a test of shared', 'shared/x.test.ts', "import { test } from 'vitest'\n"],
    ['a property named like a banned global', 'shared/x.ts', 'export const f = (o: { fetch: number }) => o.fetch\n'],
    ['a Date that reads no clock', 'shared/x.ts', 'export const d = (t: string) => new Date(Date.parse(t))\n'],
    ['a comment that names an import', 'shared/x.ts', "// import fs from 'node:fs'\nexport const a = 1\n"],
  ]
  test.each(allowed)('allows %s', (_, file, text) => {
    expect(checkImports([readFacts(file, text)])).toEqual([])
  })
})
