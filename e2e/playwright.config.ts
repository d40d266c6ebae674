import { defineConfig } from '@playwright/test'

/** `desktop` runs where Electron can be had (scripts/lib/end-to-end.ts finds it); both run the same specs. */
const hosts = process.env['KITH_ELECTRON'] ? ['web', 'desktop'] : ['web']

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: true,
  projects: hosts.map((name) => ({ name, use: { host: name } })),
})
