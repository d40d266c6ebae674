/** For tests: a data folder, a serving server in this process, and the command line as processes of its own. */

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Administration, administer } from '../administration/administer.ts'
import { localDesk } from '../administration/operations/desk.ts'
import { addUserOperation } from '../administration/operations/people.ts'
import { type Clock, systemClock } from '../ground/clock.ts'
import { createLog } from '../monitoring/log.ts'
import { initialise } from '../processes/init.ts'
import { type Running, type ServeOptions, startServer } from '../processes/serve.ts'
import type { Config } from '../settings/config.ts'
import { openContext } from '../settings/context.ts'
import { folderAt } from '../settings/folder.ts'

export const testPassword = 'correct horse battery'

export type TestFolder = {
  readonly path: string
  readonly administration: Administration
  /** Moves the clock of this process. */
  readonly pass: (ms: number) => void
  readonly close: () => Promise<void>
}

/** `users`: login names, internal, all with `testPassword`. */
export async function testFolder(users: readonly string[], settings: Partial<Config> = {}): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'kith-server-'))
  let shift = 0
  const clock: Clock = { now: () => systemClock().now() + shift }
  const free = { port: 0, metricsPort: 0, mail: { kind: 'embedded', smtp: 0, imap: 0 }, approve: 'auto' } as const
  const made = await initialise(
    folderAt(path),
    { domain: settings.domain ?? 'example.org', host: '127.0.0.1', settings: { ...free, ...settings } },
    clock,
  )
  if (!made.ok) throw new Error(made.why)
  const context = await openContext(path)
  if (!context.ok) throw new Error(context.why)
  const administration = await administer({ ...context.value, clock })
  for (const id of users) {
    const added = await addUserOperation.call(localDesk(administration), {
      user: id,
      name: id,
      scope: 'internal',
      password: testPassword,
    })
    if (!added.ok) throw new Error(JSON.stringify(added.fault))
  }
  return {
    path,
    administration,
    pass: (ms) => {
      shift += Math.round(ms)
    },
    async close() {
      await context.value.store.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}

export type TestServer = TestFolder & { readonly running: Running; readonly logged: () => string }

/** `files`: put into the data folder before the server starts. */
export async function testServer(
  users: readonly string[],
  settings: Partial<Config> = {},
  options: ServeOptions = {},
  files: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const folder = await testFolder(users, settings)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text)
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  // A store of its own, as the serving process has one.
  const context = await openContext(folder.path)
  if (!context.ok) throw new Error(context.why)
  const { clock } = folder.administration
  const running = await startServer({ ...context.value, clock }, createLog(sink), options)
  if (!running.ok) throw new Error(running.why)
  return {
    ...folder,
    running: running.value,
    logged: () => lines.join(''),
    async close() {
      await running.value.close()
      await context.value.store.close()
      await folder.close()
    },
  }
}

export type Finished = { readonly code: number | null; readonly out: string; readonly err: string }

const program = fileURLToPath(new URL('../main.ts', import.meta.url))

/** Starts the command line; `input` is its standard input. */
export function startCommand(
  path: string,
  words: readonly string[],
  input = '',
): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const child = spawn(process.execPath, [program, ...words, '--data', path], { stdio: 'pipe' })
  return { child, finished: finishedOf(child, input) }
}

/** What a process says until it ends; `input` is its standard input. */
export function finishedOf(child: ChildProcessWithoutNullStreams, input: string): Promise<Finished> {
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += String(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += String(chunk)
  })
  // A killed process does not read what we still write.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise<Finished>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
  })
}

/** What a command told with `--json`, and its exit code. */
export type Told = Readonly<Record<string, unknown>> & { readonly exit: number | null }

/** Runs a command with `--json`; throws its words where it tells nothing that reads. `words`: parted by blanks. */
export async function runJson(path: string, words: string, input = ''): Promise<Told> {
  const { code, out, err } = await runCommand(path, `${words} --json`.split(' '), input)
  if (out === '') throw new Error(err)
  return { ...JSON.parse(out), exit: code }
}

export function runCommand(path: string, words: readonly string[], input = ''): Promise<Finished> {
  return startCommand(path, words, input).finished
}
