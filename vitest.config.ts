/** Three projects: unit tests, tests of the page, and integration tests, which start real servers one file at a time. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{shared,server,electron,scripts}/**/*.test.ts'],
          testTimeout: 20_000,
          // A database of a test's own is made and started in a hook.
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [react()],
        test: { name: 'page', include: ['renderer/**/*.test.{ts,tsx}'], environment: 'happy-dom', testTimeout: 20_000 },
      },
      {
        test: {
          name: 'integration',
          include: ['{server,electron}/**/*.integration.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
