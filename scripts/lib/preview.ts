/** Serves the page's preview, which needs no engine: for whoever looks at screens, by machine or by eye. */
import path from 'node:path'
import { createServer } from 'vite'

/** Where the preview is, and how to end it. */
type Preview = { readonly url: string; close(): Promise<void> }

/** Serves on a free port of this machine. */
export async function openPreview(): Promise<Preview> {
  const root = path.resolve('renderer')
  const server = await createServer({
    root,
    configFile: path.join(root, 'vite.config.ts'),
    logLevel: 'warn',
    // Nobody edits meanwhile: a page that loads itself anew would lose its place.
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await server.listen()
  const [local] = server.resolvedUrls?.local ?? []
  if (local === undefined) throw new Error('the preview has no address')
  return { url: new URL('testing/preview.html', local).href, close: () => server.close() }
}
