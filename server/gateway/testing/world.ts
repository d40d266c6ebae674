/** An organisation with a gateway, people and contacts, and what a test asks of them. */
import { Writable } from 'node:stream'
import type { Dns } from '../../mail/smtp/dkim.ts'
import { noDns } from '../../mail/testing/mail-fakes.ts'
import { createLog } from '../../monitoring/log.ts'
import { configSchema, type GatewayConfig } from '../../settings/config.ts'
import { openContext } from '../../settings/context.ts'
import { type TestFolder, testFolder, testPassword } from '../../testing/harness.ts'
import { type GatewayReady, startGateway } from '../gateway.ts'
import { makeSpool, type Spool } from './spool.ts'

export const domain = 'kith.test'

export type World = TestFolder & {
  /** Where Postfix's queue is to be. */
  readonly spool: Spool
  readonly ready: () => GatewayReady
  readonly gateway: GatewayConfig
  readonly passwords: Readonly<Record<string, string>>
  readonly logged: () => string
  readonly list: (user: string, contacts: readonly Listed[]) => Promise<void>
  readonly unlist: (user: string, address: string) => Promise<void>
  readonly metrics: () => Promise<string>
  readonly stopGateway: () => Promise<void>
}
type Listed = { readonly address: string; readonly scope?: 'internal' | 'external'; readonly proof?: string }

export type WorldOptions = {
  readonly users: readonly string[]
  readonly settings?: Partial<GatewayConfig>
  readonly dns?: Dns
}

export async function startWorld({ users, settings = {}, dns = noDns }: WorldOptions): Promise<World> {
  const spool = makeSpool()
  const given = { ...spool.settings, metricsPort: 0, ...settings }
  const gateway = configSchema.shape.gateway.parse(given)
  const folder = await testFolder(users, { domain, gateway })
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  // A store of its own, as the gateway's process has one.
  const context = await openContext(folder.path)
  if (!context.ok) throw new Error(context.why)
  const { clock, editor } = folder.administration
  const started = await startGateway({ ...context.value, clock }, { log: createLog(sink), dns })
  if (!started.ok) throw new Error(started.why)
  const running = started.value
  let stopping: Promise<void> | undefined
  const stopGateway = () => {
    stopping ??= running.close().then(() => context.value.store.close())
    return stopping
  }
  const changed = async (user: string, wishes: Parameters<typeof editor.change>[1]) => {
    const result = await editor.change(user, wishes, 'test')
    if (!result.ok) throw new Error(JSON.stringify(result))
  }
  return {
    ...folder,
    spool,
    gateway,
    ready: () => running.ready,
    passwords: Object.fromEntries(users.map((user) => [`${user}@${domain}`, testPassword])),
    logged: () => lines.join(''),
    list: (user, contacts) =>
      changed(
        user,
        contacts.map((contact) => ({ op: 'add', contact: { name: contact.address, scope: 'internal', ...contact } })),
      ),
    unlist: (user, address) => changed(user, [{ op: 'remove', address }]),
    metrics: async () => (await fetch(`http://127.0.0.1:${running.ready.metrics}/metrics`)).text(),
    stopGateway,
    async close() {
      await stopGateway()
      await folder.close()
      spool.remove()
    },
  }
}
