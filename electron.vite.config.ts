/** Builds the desktop: main process and engine process (ESM), preload (CommonJS, since it is sandboxed), page. */
import { defineConfig } from 'electron-vite'
import { pageBuild, pagePlugins } from './renderer/plugins.ts'

/** Electron 41 and later: its Node, and its Chromium. */
const nodeTarget = 'node24.15'
const pageTarget = 'chrome146'
/** Only what has a binary of its own stays outside: everything else is bundled, so that the package carries no node_modules. */
const native = ['better-sqlite3-multiple-ciphers', 'keytar', '@node-rs/argon2']

export default defineConfig({
  main: {
    build: {
      target: nodeTarget,
      outDir: 'out/main',
      externalizeDeps: false,
      rollupOptions: {
        input: {
          main: 'electron/desktop/main.ts',
          'engine-process': 'electron/desktop/engine/engine-process.ts',
          // The thread in which the engine reads messages; it looks for it beside itself (mail/incoming/reader.ts).
          'read-worker': 'electron/engine/mail/incoming/read-worker.ts',
          // The thread that holds the dictionary; desktop.ts looks for it beside itself.
          'spelling-worker': 'electron/desktop/spelling/spelling-worker.ts',
        },
        external: native,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: nodeTarget,
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: 'electron/desktop/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: pagePlugins(),
    build: {
      ...pageBuild,
      target: pageTarget,
      outDir: 'out/renderer',
      minify: true,
      rollupOptions: { input: 'renderer/index.html' },
    },
  },
})
