/** Runs Playwright over both hosts: the web host in Debian's Chromium, the desktop in Electron where it can be had. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startKeyring } from './keyring.ts'
import { firstLine, run, stop } from './processes.ts'

type EndToEnd = { readonly arguments: readonly string[]; readonly report?: string }

/**
 * Builds and runs the specs. `arguments`: for Playwright; `report`: where its JSON goes. Gives how many passed and
 * failed.
 */
export async function runEndToEnd({ arguments: words, report }: EndToEnd): Promise<{ passed: number; failed: number }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kith-e2e-'))
  const json = report ?? path.join(folder, 'playwright.json')
  try {
    if ((await run('electron-vite', ['build', '--logLevel', 'warn'])) !== 0) return { passed: 0, failed: 1 }
    return await withScreenAndKeyring(async (env) => {
      if (!env.KITH_ELECTRON) process.stdout.write(`${noElectron}\n`)
      const environment = { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: json }
      const code = await run('playwright', ['test', '-c', 'e2e', '--reporter=list,json', ...words], {
        env: environment,
      })
      return counts(json, code)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const noElectron =
  'desktop specs left out: Electron did not download its runtime here; set ELECTRON_OVERRIDE_DIST_PATH to one to run them'

/** Runs `body` with a screen, a keyring, and Electron's program if there is one, all given as environment variables. */
export async function withScreenAndKeyring<T>(body: (env: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
  const keyring = await startKeyring()
  const display = await startDisplay()
  const electron = electronPath()
  try {
    return await body({ ...keyring.env, ...display.env, ...(electron ? { KITH_ELECTRON: electron } : {}) })
  } finally {
    await display.stop()
    await keyring.stop()
  }
}

/** Electron's own program: the override, or what the electron package has fetched; undefined when there is none. */
export function electronPath(): string | undefined {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return path.join(override, process.platform === 'win32' ? 'electron.exe' : 'electron')
  try {
    const found: unknown = createRequire(import.meta.url)('electron')
    return typeof found === 'string' && existsSync(found) ? found : undefined
  } catch {
    return undefined
  }
}

function counts(json: string, code: number): { passed: number; failed: number } {
  if (!existsSync(json)) return { passed: 0, failed: 1 }
  const { stats }: { stats: { expected: number; unexpected: number; flaky: number; skipped: number } } = JSON.parse(
    readFileSync(json, 'utf8'),
  )
  // A test that was skipped, or passed at the second try only, has shown nothing.
  const failed = stats.unexpected + stats.flaky + stats.skipped
  return { passed: stats.expected, failed: Math.max(failed, code === 0 ? 0 : 1) }
}

/** A virtual screen of our own, so that tests neither need a desktop nor disturb one. */
async function startDisplay(): Promise<{ env: Record<string, string>; stop(): Promise<void> }> {
  const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const number = await firstLine(server)
  return { env: { DISPLAY: `:${number}` }, stop: () => stop(server) }
}
