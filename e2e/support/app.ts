/** One running Kith with a page that a test drives: Electron's own window, or the web host in Chromium. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { z } from 'zod'
import { firstLine, stop } from '../../scripts/lib/processes.ts'
import { jsonOf } from '../../shared/json.ts'
import { openElectron } from './electron.ts'

export type HostName = 'web' | 'desktop'
export type App = {
  readonly page: Page
  readonly profile: string
  /** Quits as a user does. */
  close(): Promise<void>
  /** The process that holds the engine, or whose child does. */
  readonly pid: number
  /** `kill -9` of the process that holds the engine. */
  kill(): Promise<void>
}

type AppOptions = {
  readonly host: HostName
  readonly profile: string
  readonly browser: Browser
  /** Replaces variables of the environment: a keychain that is gone, a language. */
  readonly env?: Readonly<Record<string, string>>
  readonly arguments?: readonly string[]
}

/** Starts Kith on a profile, on the host that the options name; whoever has it closes it. */
export function openApp(options: AppOptions): Promise<App> {
  return options.host === 'desktop' ? openDesktop(options) : openWeb(options)
}

/** This process's environment, with one language and format for all machines, and more. */
export function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return { ...Object.fromEntries(inherited), LANGUAGE: 'en', LC_ALL: 'C.UTF-8', ...more }
}

async function openDesktop({ profile, env, arguments: words = [] }: AppOptions): Promise<App> {
  const given = [path.resolve('.'), `--profile=${profile}`, '--insecure-loopback', ...words]
  const { page, main, close } = await openElectron(given, environment(env), (url) => url.startsWith('app://'))
  return {
    page,
    profile,
    pid: main.pid ?? 0,
    close,
    kill: async () => {
      const gone = once(main, 'exit')
      // The engine is a child of the main process: all of them at once, as when the power goes.
      for (const pid of [...(await descendants(main.pid ?? 0)), main.pid ?? 0]) kill(pid)
      await gone
    },
  }
}

async function openWeb({ profile, browser, env, arguments: words = [] }: AppOptions): Promise<App> {
  const program = path.resolve('electron/web/main.ts')
  const host = spawn(
    process.execPath,
    [program, '--profile', profile, '--no-open', '--json', '--insecure-loopback', ...words],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: environment(env),
    },
  )
  const { url } = z.object({ url: z.string() }).parse(jsonOf(await firstLine(host)))
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1200, height: 800 } })
  const page = await context.newPage()
  await page.goto(url)
  // The one-time link leads on to the page by itself.
  await page.getByRole('button').first().waitFor()
  const end = async (finish: (child: ChildProcess) => Promise<void>) => {
    await context.close()
    await finish(host)
  }
  return {
    page,
    profile,
    pid: host.pid ?? 0,
    close: () => end(stop),
    kill: () =>
      end(async (child) => {
        const gone = once(child, 'exit')
        kill(child.pid ?? 0)
        await gone
      }),
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Every process below one, deepest last. */
async function descendants(pid: number): Promise<readonly number[]> {
  const child = spawn('ps', ['-eo', 'pid=,ppid='], { stdio: ['ignore', 'pipe', 'ignore'] })
  let table = ''
  for await (const chunk of child.stdout) table += String(chunk)
  const pairs = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    pairs.filter(([, ppid]) => ppid === parent).flatMap(([own = 0]) => [own, ...below(own)])
  return below(pid)
}
