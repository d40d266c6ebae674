/** Builds and serves the page's preview, which needs no engine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build, preview } from 'vite'

/** Serves the preview on a free port of this machine; `close` ends that and deletes what was built. */
export async function openPreview() {
  const root = path.resolve('renderer')
  const outDir = mkdtempSync(path.join(tmpdir(), 'kith-preview-'))
  const configFile = path.join(root, 'vite.config.ts')
  const input = path.join(root, 'testing/preview.html')
  // Built and not served from its sources: React draws many times faster without what helps while one writes.
  await build({ root, configFile, logLevel: 'error', build: { outDir, rolldownOptions: { input } } })
  const server = await preview({
    root,
    configFile,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  })
  const [local] = server.resolvedUrls?.local ?? []
  if (local === undefined) throw new Error('the preview has no address')
  return {
    url: new URL('testing/preview.html', local).href,
    close: async () => {
      await server.close()
      rmSync(outDir, { recursive: true })
    },
  }
}
