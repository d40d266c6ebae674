/** Runs the specs one after the other, on the web host and, where Electron can be had, on the desktop. */
import { defineConfig } from '@playwright/test'
import type { HostName } from './support/app.ts'

/** `desktop` runs where Electron can be had (scripts/lib/end-to-end.ts finds it); both run the same specs. */
const hosts: readonly HostName[] = process.env.KITH_ELECTRON ? ['web', 'desktop'] : ['web']

export default defineConfig<{ host: HostName }>({
  testDir: '.',
  outputDir: '../test-results',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: true,
  // The layout is that of the page alone: it is looked at once.
  projects: hosts.map((name) => ({ name, use: { host: name }, testIgnore: name === 'web' ? [] : ['layout.spec.ts'] })),
})
