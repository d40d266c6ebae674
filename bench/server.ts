/** The server of a measurement: the organisation of the end-to-end tests with settings of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Organisation } from '../e2e/support/organisation.ts'
import { firstLine, stop } from '../scripts/lib/processes.ts'
import { jsonOf } from '../shared/json.ts'

/** Serves again, on the same ports, with these settings in `config.json`. */
export async function configure(organisation: Organisation, settings: object): Promise<void> {
  await organisation.stop()
  const file = path.join(organisation.folder, 'config.json')
  const config = z.looseObject({}).parse(jsonOf(readFileSync(file, 'utf8')))
  writeFileSync(file, JSON.stringify({ ...config, ...settings }))
  await organisation.start()
}

/** What the measurements read of `config.json`, in days. */
const settingsSchema = z.object({ headDays: z.number(), policy: z.object({ offlineDays: z.number() }) })

/** What `init` wrote, defaults and all. */
export function settingsOf({ folder }: Organisation): z.infer<typeof settingsSchema> {
  return settingsSchema.parse(jsonOf(readFileSync(path.join(folder, 'config.json'), 'utf8')))
}

/** The server's certificate in PEM. */
export function certificateOf({ folder }: Organisation): string {
  return readFileSync(path.join(folder, 'tls/cert.pem'), 'utf8')
}

const gatewaySchema = z.object({ sockets: z.string() })
/** A gateway that runs: its sockets. */
type Gateway = { readonly policy: string; readonly outgoing: string; readonly close: () => Promise<void> }

/** `kith-server gateway`, a process of its own; the settings must name its folder of sockets. */
export async function openGateway({ folder }: Organisation): Promise<Gateway> {
  const child: ChildProcess = spawn(process.execPath, ['server/main.ts', 'gateway', '--data', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { sockets } = gatewaySchema.parse(jsonOf(await firstLine(child)))
  return { policy: `${sockets}/policy`, outgoing: `${sockets}/outgoing`, close: () => stop(child) }
}

/** The gauge or counter of that name, over all its labels. */
export async function metricOf({ ports }: Organisation, name: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)
  const lines = (await answer.text()).split('\n').filter((line) => line.startsWith(name))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
