/** Starts the faces of Kith for `npm start`: desktops, or web hosts where there can be no desktop. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { type Runtime, reasonOfEnd } from './desktop-runtime.ts'
import { exitCode } from './processes.ts'

/** Where a window stands: one half of the screen, or where it was. */
export type Place = 'left' | 'right' | 'whole'
/** What a face is started with: its profile's folder, and the file that describes the demo server. */
export type HostOptions = { readonly profile: string; readonly demo: string; readonly place: Place }

/** A desktop that ends within this time, in milliseconds, did not start. */
const startLimit = 15_000

/** Starts a web host; it prints the address to open. */
export function startWeb({ profile, demo }: HostOptions): ChildProcess {
  mkdirSync(profile, { recursive: true, mode: 0o700 })
  return spawn(process.execPath, ['electron/web/main.ts', '--profile', profile, '--demo', demo], { stdio: 'inherit' })
}

type Desktop = {
  readonly child: ChildProcess
  /** Exit code, and why it could not start, when that is the reason of its end. */
  readonly ended: Promise<{ readonly code: number; readonly reason: string | undefined }>
}

/** Starts a desktop; what it prints goes on to the terminal. */
export function startDesktop(runtime: Extract<Runtime, { path: string }>, options: HostOptions): Desktop {
  mkdirSync(options.profile, { recursive: true, mode: 0o700 })
  const place = options.place === 'whole' ? [] : [`--place=${options.place}`]
  const words = [...runtime.words, '.', `--profile=${options.profile}`, `--demo=${options.demo}`, ...place]
  const child = spawn(runtime.path, words, { stdio: ['ignore', 'inherit', 'pipe'] })
  const startedAt = performance.now()
  let printed = ''
  child.stderr?.on('data', (chunk) => {
    // The end of what was printed: there stands why a program stopped.
    printed = (printed + String(chunk)).slice(-20_000)
    process.stderr.write(chunk)
  })
  const ended = exitCode(child).then(
    (code) => {
      const early = code !== 0 && performance.now() - startedAt < startLimit
      return { code, reason: early ? reasonOfEnd(printed) : undefined }
    },
    () => ({ code: 1, reason: "Electron's program could not be started" }),
  )
  return { child, ended }
}
