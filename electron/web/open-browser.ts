/** Opens a link in the user's browser. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/**
 * The link holds a one-time token, and other users of the machine can read a command line: so the browser is given a
 * file that only this user can read, and the file leads on. Resolves to false where no browser can be opened.
 */
export function openBrowser(link: string, file: string): Promise<boolean> {
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${link}"><title>Kith</title>\n`, {
    mode: 0o600,
  })
  const [command, ...words] = openCommand(pathToFileURL(file).href)
  if (!command) return Promise.resolve(false)
  const child = spawn(command, words, { stdio: 'ignore', detached: true })
  child.unref()
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(true))
    child.once('error', () => resolve(false))
  })
}

function openCommand(target: string): readonly string[] {
  if (process.platform === 'darwin') return ['open', target]
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', target]
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ['xdg-open', target] : []
}
