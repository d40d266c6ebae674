/** Serves the page as `app://kith/`: files of one folder, read-only, under the page's policy; nothing else answers. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol, type Session } from 'electron'
import { pageFile, pageHeaders } from '../../../shared/page-policy.ts'
import { pageHost, pageScheme } from '../channels.ts'

/** Must run before Electron is ready. */
export function registerPageScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true }
  protocol.registerSchemesAsPrivileged([{ scheme: pageScheme, privileges }])
}

/** Answers `app://kith/` in this session with the files of `folder`. */
export function servePage(session: Session, folder: string): void {
  session.protocol.handle(pageScheme, async (request) => {
    const { host, pathname } = new URL(request.url)
    const file = host === pageHost && request.method === 'GET' ? pageFile(pathname) : undefined
    const body = file && (await readIfThere(path.join(folder, file.path)))
    if (!file || !body) return new Response(null, { status: 404, headers: pageHeaders })
    return new Response(body, { headers: { ...pageHeaders, 'content-type': file.type } })
  })
}

async function readIfThere(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return Uint8Array.from(await readFile(file))
  } catch {
    // The caller answers 404: a page asks for what its own build named, or probes.
    return undefined
  }
}
