/**
 * For tests: a real engine in a process of its own, to be killed. Its orders come as one JSON line on standard input;
 * each session step and each stage of a command is one word a line on standard output.
 */
import fs, { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { z } from 'zod'
import { enrolmentSchema } from '../../../shared/whitelist/enrolment.ts'
import { openEngine } from '../engine.ts'
import { readIfThere, writeAtomic } from '../ground/atomic-file.ts'
import type { Log, SecretStore } from '../ground/ports.ts'
import { systemClock, systemRandom } from '../ground/system-ports.ts'
import { fakeDns, silentLog } from './fakes.ts'

const ordersSchema = z.object({
  profile: z.string(),
  /** Stands for the keychain, which outlives the process. */
  secrets: z.string(),
  provisioned: z.array(enrolmentSchema),
  signIn: z.object({ server: z.string(), user: z.string(), password: z.string() }).optional(),
  /** Ends the process at once, as a power cut does, when this step is reached. */
  killAt: z.string().default(''),
})

const orders = ordersSchema.parse(JSON.parse(readFileSync(0, 'utf8')))

function say(word: string): void {
  process.stdout.write(`${word}\n`)
  if (word === orders.killAt) process.kill(process.pid, 'SIGKILL')
}

/** Each stage of a command is a line of the log. */
const log: Log = {
  ...silentLog,
  info: (event, facts = {}) => {
    if (event === 'rewrap') isRewrapping = facts.step === 'begun'
    if (facts.step !== undefined && ['wipe', 'lock', 'rotate', 'rewrap'].includes(event)) say(`${event}:${facts.step}`)
  },
}

/** The keys file's replacement while it is wrapped anew: written beside, then renamed. */
const { renameSync } = fs
let isRewrapping = false
fs.renameSync = (from, to) => {
  if (isRewrapping) say('rewrap:beside')
  renameSync(from, to)
  if (isRewrapping) say('rewrap:renamed')
}
syncBuiltinESMExports()

function fileSecrets(file: string): SecretStore {
  const schema = z.record(z.string(), z.string())
  const read = () => new Map(Object.entries(schema.parse(JSON.parse(readIfThere(file) ?? '{}'))))
  const write = (items: ReadonlyMap<string, string>) => writeAtomic(file, JSON.stringify(Object.fromEntries(items)))
  return {
    available: async () => true,
    get: async (name) => read().get(name),
    set: async (name, value) => write(read().set(name, value)),
    delete: async (name) => {
      const items = read()
      items.delete(name)
      write(items)
    },
  }
}

const engine = await openEngine({
  profile: orders.profile,
  secrets: fileSecrets(orders.secrets),
  clock: systemClock,
  random: systemRandom,
  log,
  dns: fakeDns(),
  appVersion: '9.0.0',
  deviceName: 'desk (desktop)',
  systemLanguage: 'en',
  provisioned: orders.provisioned,
  consent: { confirm: async () => true, loopback: 'allowed' },
})

const sessionSchema = z.object({ step: z.string(), connection: z.string().optional(), reason: z.string().optional() })
const tellSession = (value: unknown): void => {
  const { step, connection, reason } = sessionSchema.parse(value)
  say(`session:${[step, connection ?? reason].filter((part) => part !== undefined).join(':')}`)
}
engine.listen(({ name, value }) => {
  if (name === 'session.changed') tellSession(value)
})
if (orders.signIn) await engine.serve({ name: 'session.signIn', input: orders.signIn })
const state = await engine.serve({ name: 'session.state', input: {} })
if (state.ok) tellSession(state.value)
