/** Brings an account onto the stage: its store, its identity and its link to the server, and what its events mean. */
import { openAccountRuntime } from '../../account/account-runtime.ts'
import type { AccountStore } from '../../account/account-store.ts'
import { takeOverAsides } from '../../account/asides.ts'
import type { AccountRecord } from '../../database/account-repository.ts'
import { createIdentity, type Identity } from '../../keys/identity.ts'
import { primitives } from '../../keys/primitives.ts'
import { openServerLink, type ServerLink } from '../../link/server-link.ts'
import type { Target } from '../../link/target.ts'
import { createTrust } from '../../link/trust.ts'
import { lookupElsewhere } from '../../soap/lookup.ts'
import { parseServerAddress } from '../../soap/server-address.ts'
import { openSoapClient } from '../../soap/soap-client.ts'
import type { Opened, Stage } from '../stage/stage.ts'
import { accountEvents } from './account-events.ts'

/** A link to a server that nothing was said to yet. Whoever makes it closes it, or gives it to `openAccount`. */
export function openLink({ ports }: Stage, target: Target, identity: Identity): ServerLink {
  const { address, tlsPin, root, org } = target
  const mayBeHere = address.isLoopback || ports.consent.loopback === 'allowed'
  return openServerLink({
    client: openSoapClient({
      address,
      clock: ports.clock,
      ...(tlsPin === undefined ? {} : { pin: tlsPin }),
      ...(mayBeHere ? {} : { lookup: lookupElsewhere }),
    }),
    primitives,
    ports,
    identity,
    trust: createTrust({
      primitives,
      now: ports.clock.now,
      known: identity.manifest,
      accepted: identity.setManifest,
      ...(root === undefined ? {} : { pin: root }),
      ...(org === undefined ? {} : { org }),
    }),
    deviceName: ports.deviceName,
  })
}

/** How the store's account recognises its server. */
export function storedTarget(record: Pick<AccountRecord, 'server' | 'root' | 'tlsPin'> | undefined): Target {
  const address = parseServerAddress(record?.server ?? '')
  if (!record || !address) throw new Error('a store without its server')
  return { address, root: record.root, ...(record.tlsPin === undefined ? {} : { tlsPin: record.tlsPin }) }
}

/** What opening an account takes. */
type Entrance = { readonly store: AccountStore; readonly identity: Identity; readonly link: ServerLink }

/** Opens the account of a store that was found on disk. */
export function openStored(stage: Stage, store: AccountStore): Promise<Opened> {
  const record = store.account.read()
  const identity = createIdentity(store.vault.keys, stage.ports.clock.now, record?.seq ?? 0)
  return openAccount(stage, { store, identity, link: openLink(stage, storedTarget(record), identity) })
}

/** Opens the account and puts it on the stage; nothing is shown of it yet. */
export async function openAccount(stage: Stage, entrance: Entrance): Promise<Opened> {
  const { store } = entrance
  if (stage.profile.read().account === store.place.id) stage.profile.unseal(store.vault)
  await takeOverAsides(stage.ports, store)
  const runtime = await openAccountRuntime({ ports: stage.ports, ...entrance, events: accountEvents(stage) })
  const opened: Opened = { runtime }
  stage.setOpened(opened)
  return opened
}
