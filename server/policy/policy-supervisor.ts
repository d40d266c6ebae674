/** Keeps the policy process running: forks it, and forks it again when it ends. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { numberedAnswer, type PolicyAnswer, type PolicyDesk } from '../administration/keys/policy-tasks.ts'
import type { Log } from '../monitoring/log.ts'
import { storeEnvironment } from '../store/postgres/settings.ts'

/** The running process, as `serve` holds it: others only see the desk at which tasks are given. */
export type PolicySupervisor = PolicyDesk & {
  close(): Promise<void>
}

const program = fileURLToPath(new URL('./policy-process.ts', import.meta.url))
/** Waits between tries: doubling, so that a broken key file does not fill the log. */
const firstWaitMs = 1_000
const longestWaitMs = 60_000
/** One that lived this long was well: the next end waits little again. */
const wellMs = 60_000
/** It closes its store and goes; after this it is told to. */
const endMs = 5_000

/**
 * Starts the process for the data folder `path`. When it ends it is started again, after longer and longer waits;
 * `onRestart` is told.
 */
export function supervisePolicy(path: string, log: Log, onRestart: () => void): PolicySupervisor {
  let child: ChildProcess | undefined
  let closing = false
  let wait = firstWaitMs
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastNumber = 0
  const waiting = new Map<number, (answer: PolicyAnswer) => void>()
  const start = () => {
    const startedAt = performance.now()
    // Keys and settings come from the folder; of our environment only the store's password is its business.
    child = fork(program, [path], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: storeEnvironment() })
    log.info('policy process', { pid: child.pid ?? 0 })
    child.on('message', (message) => {
      const read = numberedAnswer.safeParse(message)
      if (!read.success) return
      waiting.get(read.data.number)?.(read.data.answer)
      waiting.delete(read.data.number)
    })
    child.once('exit', (code) => {
      // A process that is gone answers nobody; who waited is told, and asks again.
      for (const answer of waiting.values()) answer({ kind: 'unavailable' })
      waiting.clear()
      if (closing) return
      log.error('policy process ended', { code: code ?? 'signal' })
      onRestart()
      wait = performance.now() - startedAt > wellMs ? firstWaitMs : Math.min(wait * 2, longestWaitMs)
      timer = setTimeout(start, wait)
    })
    child.on('error', () => undefined)
  }
  start()
  return {
    ask(task) {
      const asked = child
      if (!asked?.connected) return Promise.resolve({ kind: 'unavailable' })
      lastNumber += 1
      const number = lastNumber
      return new Promise((resolve) => {
        waiting.set(number, resolve)
        asked.send({ number, task }, (error) => {
          if (!error) return
          waiting.delete(number)
          resolve({ kind: 'unavailable' })
        })
      })
    },
    async close() {
      closing = true
      clearTimeout(timer)
      if (child) await end(child)
    },
  }
}

/** Tells the process to end and waits for it; one that takes too long is killed. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // The closed channel is how the process hears of the end: a signal could hit it in the middle of a transaction.
  if (child.connected) child.disconnect()
  const killer = setTimeout(() => child.kill('SIGKILL'), endMs)
  await gone
  clearTimeout(killer)
}
