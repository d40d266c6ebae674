/** What the gateway judges and sends on with: all of it in the store, so that several gateways run beside each other. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createAccounts } from '../accounts/accounts.ts'
import { passwordsElsewhere } from '../accounts/imap-passwords.ts'
import { gatewayOf, openKeyRing } from '../keys/key-ring.ts'
import { createWhitelists } from '../lists/whitelists.ts'
import { type Dns, systemDns } from '../mail/smtp/dkim.ts'
import type { Log } from '../monitoring/log.ts'
import type { Context } from '../settings/context.ts'
import type { NextPlace } from './next-hop.ts'
import { createQuarantine, type Quarantine, type QuarantineParts } from './quarantine.ts'

/** What every door of the gateway is given. */
export type GatewayParts = Awaited<ReturnType<typeof gatewayParts>>

/**
 * Makes the parts from an open data folder. They read the manifest's keys anew when it moves; `dns` answers for DKIM.
 */
export async function gatewayParts(
  context: Context,
  dns: Dns = systemDns,
  log: Pick<Log, 'warn'> = { warn: () => undefined },
) {
  const { config, store, clock } = context
  const keyRing = await openKeyRing(context)
  const { gateway, domain } = config
  return {
    accounts: createAccounts({ store, clock, elsewhere: await passwordsElsewhere(context, log) }),
    whitelists: createWhitelists({ store, clock }),
    lists: store.lists,
    quarantine: store.quarantine,
    clock,
    dns,
    domain,
    gatewayKey: gatewayOf(keyRing),
    keyRing,
    next: { at: await nextPlace(context), name: domain },
    held: gateway.held,
    domains: new Set([domain, ...gateway.domains].map((name) => name.toLowerCase())),
  }
}

/** Files are read once: a process that is to know another certificate is started again. */
async function nextPlace({ config, folder }: Context): Promise<NextPlace> {
  const { next } = config.gateway
  if ('socket' in next || !next.tls) return next
  const texts = Object.entries(next.tls).map(async ([what, file]) => [
    what,
    await readFile(resolve(folder.path, file), 'utf8'),
  ])
  return { ...next, tls: Object.fromEntries(await Promise.all(texts)) }
}

/** The quarantine by the settings. `notSent` is told of a released message that the next server did not take. */
export function quarantineOf(
  { config, store }: Context,
  parts: GatewayParts,
  notSent: QuarantineParts['notSent'],
): Quarantine {
  const { release, quarantineDays } = config.gateway
  return createQuarantine({ ...parts, store, release, days: quarantineDays, notSent })
}
