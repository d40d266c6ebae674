/** The administrator of a measurement: one process that stays (server/testing/hands.ts), so that starting it is not measured. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { stop } from '../scripts/lib/processes.ts'

/** When the change began and when it was in the store: milliseconds since the epoch, with fractions. */
type Made = { readonly start: number; readonly end: number }
export type SignedIn = { readonly user: string; readonly device: string; readonly sid: string }
type Crowd = {
  readonly users: readonly string[]
  readonly devices: number
  /** Secret keys of every device, base64. */
  readonly dsig: string
  readonly dbox: string
}

export type Hands = {
  /** Makes changes of the core's own form (server/administration/change.ts), all in one transaction. */
  readonly make: (changes: readonly object[]) => Promise<Made>
  readonly signInMany: (crowd: Crowd) => Promise<readonly SignedIn[]>
  readonly close: () => Promise<void>
}

/** On the clock of every process of this machine. */
export const now = (): number => performance.timeOrigin + performance.now()

export function openHands(folder: string): Hands {
  const child = spawn(process.execPath, ['server/testing/hands.ts', folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (question: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('the administrator has gone')
    return JSON.parse(value)
  }
  return {
    make: async (changes) => (await ask({ changes })) as Made,
    signInMany: async (crowd) => ((await ask(crowd)) as { readonly sessions: readonly SignedIn[] }).sessions,
    async close() {
      child.stdin.end()
      await stop(child)
    },
  }
}
