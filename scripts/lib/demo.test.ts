import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { holdDemo } from './demo.ts'

test('a second start hears what the first one shows, and takes over once that is gone', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kith-hold-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const shown of ['one', 'two'] as const) {
    const first = await holdDemo(folder, shown)
    expect(await holdDemo(folder, 'two')).toBe(shown)
    if (typeof first === 'string') throw new Error('somebody else holds it')
    await new Promise((resolve) => first.close(resolve))
  }
})
