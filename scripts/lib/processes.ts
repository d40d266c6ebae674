/** Child processes of the scripts and tests: started with an argument list, ended by their id. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** Where a tool of `node_modules/.bin` is, or the name itself for the system's PATH. */
function toolPath(name: string): string {
  const local = path.resolve('node_modules/.bin', name)
  return existsSync(local) ? local : name
}

/** Runs a command to its end with our output; the exit code, 1 when a signal ended it. Rejects when it can't start. */
export async function run(command: string, words: readonly string[], options: SpawnOptions = {}): Promise<number> {
  const child = spawn(toolPath(command), words, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
  return exitCode(child)
}

/** The exit code once the process has ended; 1 where a signal ended it. */
export async function exitCode(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return child.exitCode
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** Ends one child by its id and waits for it; a second signal after the deadline is one that it can't ignore. */
export async function stop(child: ChildProcess, deadline = 10_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), deadline)
  await gone
  clearTimeout(timer)
}

/** The first line that a child prints; the rest keeps flowing, so that it never blocks on a full pipe. */
export async function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = ''
    child.stdout?.on('data', (chunk) => {
      seen += String(chunk)
      if (seen.includes('\n')) resolve(seen.slice(0, seen.indexOf('\n')).trim())
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`ended with ${code ?? 'a signal'} before it was ready: ${seen}`)))
  })
}
