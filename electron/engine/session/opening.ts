/** Brings an account onto the stage and takes it off again: store, link, list, mail, and what their events mean. */
import type { Failure } from '../../../shared/rpc.ts'
import type { Command } from '../../../shared/whitelist/command.ts'
import { createAccountRuntime, type RuntimeEvents } from '../account/account-runtime.ts'
import type { AccountStore } from '../account/account-store.ts'
import type { AccountRecord } from '../database/account-repository.ts'
import { createIdentity, type Identity } from '../keys/identity.ts'
import { deviceWords, primitives } from '../keys/primitives.ts'
import { createServerLink, type ServerLink } from '../link/server-link.ts'
import type { Target } from '../link/target.ts'
import { createTrust, serverWords } from '../link/trust.ts'
import { parseServerAddress } from '../soap/server-address.ts'
import { createSoapClient } from '../soap/soap-client.ts'
import { keepLease, makeMail, renewMail, replaceMail, sendingOf, startMail } from './account-mail.ts'
import { tellRole } from './role.ts'
import type { LockReason } from './session-state.ts'
import type { Opened, Stage } from './stage.ts'

/** What the events of an open account make the session do. Each is queued: none waits inside the account's own loop. */
export type Reactions = {
  readonly revoked: () => void
  readonly pending: () => void
  /** The server may know this device by the other of two pairs of keys. */
  readonly otherKeys: () => void
  readonly command: (command: Command) => void
}

export function makeLink(stage: Stage, target: Target, identity: Identity): ServerLink {
  const { ports } = stage
  const { address, tlsPin, root, org } = target
  return createServerLink({
    client: createSoapClient({ address, clock: ports.clock, ...(tlsPin === undefined ? {} : { pin: tlsPin }) }),
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
    deviceName: 'Kith',
  })
}

/** How the store's account recognises its server. */
export function targetOf(record: Pick<AccountRecord, 'server' | 'root' | 'tlsPin'> | undefined): Target {
  const address = parseServerAddress(record?.server ?? '')
  if (!record || !address) throw new Error('a store without its server')
  return { address, root: record.root, ...(record.tlsPin === undefined ? {} : { tlsPin: record.tlsPin }) }
}

export type Entrance = { readonly store: AccountStore; readonly identity: Identity; readonly link: ServerLink }

/** The identity and link of a store that was found on disk. */
export function entranceOf(stage: Stage, store: AccountStore, target = targetOf(store.account.read())): Entrance {
  const identity = createIdentity(store.vault.keys, stage.ports.clock.now, store.account.read()?.seq ?? 0)
  return { store, identity, link: makeLink(stage, target, identity) }
}

export async function openAccount(stage: Stage, entrance: Entrance, reactions: Reactions): Promise<Opened> {
  const runtime = await createAccountRuntime({ ports: stage.ports, ...entrance, events: eventsOf(stage, reactions) })
  const opened: Opened = { runtime }
  stage.setOpened(opened)
  return opened
}

/** Shows the account: its person, its mail, its connection. */
export function showAccount(stage: Stage, opened: Opened): void {
  const record = opened.runtime.store.account.read()
  if (!record) throw new Error('a store without an account')
  const { user, name, address, server } = record
  stage.dispatch({ type: 'opened', person: { user, name, address, server } })
  makeMail(stage, opened)
  tellSending(stage, opened)
  opened.runtime.start()
  startMail(opened)
}

/** The open account after signing in to it again, usually with a new password. */
export async function reconnect(stage: Stage, opened: Opened): Promise<void> {
  stage.dispatch({ type: 'connectionChanged', connection: 'connecting' })
  opened.runtime.start()
  opened.runtime.wake()
  await replaceMail(stage, opened)
}

export function showPending(stage: Stage, { runtime }: Opened): void {
  const record = runtime.store.account.read()
  const manifest = runtime.manifest()
  if (!record || !manifest) throw new Error('a pending device without its server')
  const words = { deviceWords: deviceWords(runtime.store.vault.keys), serverWords: serverWords(primitives, manifest) }
  stage.dispatch({ type: 'waitingForApproval', user: record.user, server: record.server, words })
}

/** Takes the account off the stage; resolves when its store is closed. */
export async function closeAccount(stage: Stage): Promise<void> {
  const opened = stage.opened()
  if (!opened) return
  stage.setOpened(undefined)
  await opened.mail?.service.stop()
  await opened.runtime.close()
}

export async function lockAccount(stage: Stage, reason: LockReason): Promise<void> {
  const opened = stage.opened()
  if (!opened) return
  showLocked(stage, opened, reason)
  await closeAccount(stage)
}

/** From here on nothing of the account is shown; its store may still be open. */
export function showLocked(stage: Stage, { runtime }: Opened, reason: LockReason): void {
  const { user } = runtime.store.account.read() ?? { user: stage.profile().user }
  const secret = runtime.store.vault.protection === 'passphrase' ? 'passphrase' : 'password'
  stage.dispatch({ type: 'locked', secret, reason, user })
}

function eventsOf(stage: Stage, reactions: Reactions): RuntimeEvents {
  const opened = (): Opened | undefined => stage.opened()
  return {
    status: (status) => stage.emit('whitelist.changed', status),
    listChanged: (change) => {
      const current = opened()
      if (!current) return
      stage.emit('contacts.changed', { revision: current.runtime.keeper.contacts.index.revision, change })
      current.mail?.service.listChanged()
      startMail(current)
    },
    news: () => stage.emit('quarantine.changed', {}),
    requests: {
      changed: (waiting) => stage.emit('requests.changed', { waiting }),
      arrived: (arrival) => stage.emit('request.arrived', { ...arrival }),
    },
    online: () => {
      const state = stage.state()
      // Once for each time that the line is back.
      if (state.step === 'ready' && state.connection !== 'online') stage.soon(() => tellRole(stage))
      stage.dispatch({ type: 'connectionChanged', connection: 'online' })
      const current = opened()
      if (!current) return
      tellSending(stage, current)
      renewMail(stage, current)
    },
    failed: (failure) => react(stage, reactions, failure),
    command: reactions.command,
  }
}

function react(stage: Stage, reactions: Reactions, failure: Failure): 'tryAgain' | 'stop' {
  const offline = (connection: 'offline' | 'signInAgain') => stage.dispatch({ type: 'connectionChanged', connection })
  stage.ports.log.info('server not in reach', { kind: failure.kind })
  const { kind } = failure
  // What a signature by the wrong pair looks like from here.
  if (kind === 'internal' && stage.opened()?.runtime.store.vault.keys.other) reactions.otherKeys()
  if (kind === 'deviceRevoked') reactions.revoked()
  else if (kind === 'devicePending') reactions.pending()
  else if (kind === 'authFailed' || kind === 'sessionExpired') offline('signInAgain')
  else {
    offline('offline')
    const opened = stage.opened()
    if (kind === 'serverNewer') stage.dispatch({ type: 'sendingChanged', sendingOff: 'upgrade' })
    else if (opened) tellSending(stage, opened)
    return 'tryAgain'
  }
  return 'stop'
}

export function tellSending(stage: Stage, { runtime }: Opened): void {
  keepLease(runtime, stage.ports.clock.now())
  stage.dispatch({ type: 'sendingChanged', sendingOff: sendingOf(stage, runtime) })
}
