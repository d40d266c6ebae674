/** The administrator of a measurement: one process that stays (server/testing/hands.ts), so that starting it is not measured. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { stop } from '../scripts/lib/processes.ts'
import { jsonOf } from '../shared/json.ts'

/** When the change began and when it was in the store: milliseconds since the epoch, with fractions. */
const madeSchema = z.object({ start: z.number(), end: z.number() })
type Made = Readonly<z.infer<typeof madeSchema>>

/** A session of one device, in the server's own words. */
const signedInSchema = z.object({ user: z.string(), device: z.string(), sid: z.string() })
export type SignedIn = Readonly<z.infer<typeof signedInSchema>>
const sessionsSchema = z.object({ sessions: z.array(signedInSchema) })

/** Users, each with so many devices, that sign in at once. */
type Crowd = {
  readonly users: readonly string[]
  readonly devices: number
  /** Secret keys of every device, base64. */
  readonly dsig: string
  readonly dbox: string
}

export type Hands = {
  /** Makes changes of the core's own form (shared/administration/change.ts), all in one transaction. */
  readonly make: (changes: readonly object[]) => Promise<Made>
  readonly signInMany: (crowd: Crowd) => Promise<readonly SignedIn[]>
  readonly close: () => Promise<void>
}

/** On the clock of every process of this machine. */
export const now = (): number => performance.timeOrigin + performance.now()

/** Starts the process for a data folder; `close` ends it. */
export function openHands(folder: string): Hands {
  const child = spawn(process.execPath, ['server/testing/hands.ts', folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (question: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('the administrator has gone')
    return jsonOf(value)
  }
  return {
    make: async (changes) => madeSchema.parse(await ask({ changes })),
    signInMany: async (crowd) => sessionsSchema.parse(await ask(crowd)).sessions,
    async close() {
      child.stdin.end()
      await stop(child)
    },
  }
}
