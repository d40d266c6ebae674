/**
 * `npm test`: every test of the project, and a last line `N passed, N failed`.
 * Unit, page and integration tests by vitest, then every e2e spec on the web host and, where Electron runs, on the desktop.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runEndToEnd } from './lib/end-to-end.ts'
import { ensurePackages, testPackages } from './lib/packages.ts'
import { run } from './lib/processes.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'kith-test-'))
let passed = 0
let failed = 0

try {
  await ensurePackages(testPackages)
  const report = path.join(folder, 'vitest.json')
  const code = await run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
  const summary: { numPassedTests: number; numFailedTests: number } = JSON.parse(readFileSync(report, 'utf8'))
  count(summary.numPassedTests, Math.max(summary.numFailedTests, code === 0 ? 0 : 1))

  const ends = await runEndToEnd({ arguments: [], report: path.join(folder, 'playwright.json') })
  count(ends.passed, ends.failed)
} finally {
  rmSync(folder, { recursive: true, force: true })
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
}
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

function count(more: number, broken: number): void {
  passed += more
  failed += broken
}
