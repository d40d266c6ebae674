/**
 * One account with its store open: list, contacts, link to the server, mail. Made after sign-in, start or unlock;
 * closed by sign-out, lock or the end of the engine. Works without a network.
 */
import type { ListChange, WhitelistStatus } from '../../../shared/contract.ts'
import type { Failure, FailureKind, Result } from '../../../shared/rpc.ts'
import { operations, readFields } from '../../../shared/soap/operations.ts'
import type { Command } from '../../../shared/whitelist/command.ts'
import { policyOf } from '../../../shared/whitelist/head.ts'
import { waitHold } from '../../../shared/whitelist/limits.ts'
import type { SessionAnswer } from '../../../shared/whitelist/login.ts'
import type { SignedManifest } from '../../../shared/whitelist/manifest.ts'
import type { AckRequest } from '../../../shared/whitelist/request.ts'
import type { Ports } from '../ground/ports.ts'
import type { Identity } from '../keys/identity.ts'
import { primitives } from '../keys/primitives.ts'
import { isBehind } from '../keys/ratchet.ts'
import { type Ask, createAsk } from '../link/ask.ts'
import type { Common, LinkFailure, ServerLink } from '../link/server-link.ts'
import { createSignedCalls, type SignedCalls } from '../link/signed-calls.ts'
import { createConnection } from '../whitelist/connection.ts'
import { createListKeeper, type ListKeeper } from '../whitelist/list-keeper.ts'
import { createRequests, type RequestEvents, type Requests } from '../whitelist/requests.ts'
import { createWhitelistSync, type WhitelistSync } from '../whitelist/whitelist-sync.ts'
import { bindIdentity, keepVerifier, takeLogin } from './account-login.ts'
import type { AccountStore } from './account-store.ts'
import { createStorePolicy, type StorePolicy } from './store-policy.ts'

export type RuntimeEvents = {
  readonly status: (status: WhitelistStatus) => void
  readonly listChanged: (change: ListChange) => void
  readonly online: () => void
  /** Contact requests moved; how many wait for the user's answer. */
  readonly requests: RequestEvents
  /** Something beside the list may have moved on the server. */
  readonly news: () => void
  /** Returns whether the connection goes on trying. */
  readonly failed: (failure: Failure) => 'tryAgain' | 'stop'
  /** Verified and remembered commands; one that is carried out already comes again until the server knows. */
  readonly command: (command: Command) => void
}

export type LoginOutcome = { readonly ok: true } | LinkFailure

export type AccountRuntime = {
  readonly store: AccountStore
  readonly keeper: ListKeeper
  readonly sync: WhitelistSync
  readonly calls: SignedCalls
  /** Asks the server for what is not the list. */
  readonly ask: Ask
  readonly requests: Requests
  /** The manifest in force. */
  readonly manifest: () => SignedManifest | undefined
  /** Logs in and takes over the answer. */
  readonly login: (password: string, code?: string) => Promise<LoginOutcome>
  /** Takes over the answer of a login that was made before this account was open. Failure: untrustedServer. */
  readonly takeAnswer: (answer: SessionAnswer, password: string) => Result<unknown>
  /** Makes the verifier that unlocking checks the password against. */
  readonly keepPassword: (password: string) => Promise<void>
  /** Begins to sync and to listen. */
  readonly start: () => void
  /** Tries the server again now. */
  readonly wake: () => void
  /** Asks once for a command that the administrator signed for this revoked device (protocol.md section 9). */
  readonly askForCommand: () => Promise<void>
  /** An acknowledgement in whatever session there is, without opening one. */
  readonly tell: (make: (common: Common) => AckRequest, timeout: number) => Promise<void>
  /** Ends the session at the server; best effort. */
  readonly logout: () => Promise<void>
  /** Ends syncing; the link stays, for a last word to the server. */
  readonly stop: () => Promise<void>
  /** Ends everything and closes the store. */
  readonly close: () => Promise<void>
}

export type RuntimeDependencies = {
  readonly ports: Ports
  readonly store: AccountStore
  readonly identity: Identity
  readonly link: ServerLink
  readonly events: RuntimeEvents
}

/** Milliseconds for the farewell, and the grace over what the server may hold a Wait. */
const logoutLimit = 5_000
const waitGrace = 15_000

export async function createAccountRuntime(deps: RuntimeDependencies): Promise<AccountRuntime> {
  const { ports, store, identity, link } = deps
  const keeper = createListKeeper(store.list, store.list.read())
  bindIdentity(identity, store, keeper)
  const policy = createStorePolicy(ports, store, keeper)
  const takeAnswer = answerTaker(deps, keeper, policy)
  let rejected: string | undefined
  const login = async (password: string, code?: string): Promise<LoginOutcome> => {
    const outcome = await logIn(deps, takeAnswer, { password, code })
    if (!outcome.ok && outcome.failure.kind === 'authFailed') rejected = password
    return outcome
  }
  const relogin = (): Promise<LoginOutcome> => {
    const password = store.account.read()?.password
    // A password that was refused once is not tried again: five tries lock the account (protocol.md section 5.3).
    return password === undefined || password === rejected ? Promise.resolve(signedOut) : login(password)
  }
  const calls = createSignedCalls(link, relogin)
  const sync = makeSync(deps, { keeper, policy }, calls)
  await noticeRollback(deps, keeper, sync)
  const ask = createAsk({ calls, primitives, boxSecret: () => store.vault.keys.dbox, manifest: identity.manifest })
  const requests = createRequests(ask, ports.log, deps.events.requests)
  const connection = makeConnection(deps, { keeper, calls, sync, relogin, requests })
  const stop = async (): Promise<void> => {
    await connection.stop()
    await sync.settled()
  }
  return {
    store,
    keeper,
    sync,
    calls,
    ask,
    requests,
    manifest: identity.manifest,
    login,
    takeAnswer,
    keepPassword: (password) => keepVerifier(ports, store, password),
    start: connection.start,
    wake: connection.wake,
    askForCommand: () => askForCommand(deps, { keeper, policy }),
    tell: async (make, timeout) => {
      const told = await link.call('Ack', make, { timeout })
      if (!told.ok) ports.log.info('acknowledgement not taken', { kind: told.failure.kind })
    },
    logout: async () => {
      if (link.hasSession) await link.call('Logout', (common) => common, { timeout: logoutLimit })
      link.dropSession()
    },
    stop,
    close: async () => {
      link.close()
      await stop()
      store.database.close()
    },
  }
}

function answerTaker(
  { store, identity }: RuntimeDependencies,
  keeper: ListKeeper,
  policy: StorePolicy,
): AccountRuntime['takeAnswer'] {
  return (answer, password) => {
    const taken = takeLogin(store, keeper, { answer, password, identity })
    if (taken.ok) policy.loggedIn(answer.half)
    return taken
  }
}

async function askForCommand(
  deps: RuntimeDependencies,
  kept: { readonly keeper: ListKeeper; readonly policy: StorePolicy },
): Promise<void> {
  const { link, ports } = deps
  link.dropSession()
  const result = await makeSync(deps, kept, { call: link.call }).sync()
  if (!result.ok) ports.log.info('no command for this device', { kind: result.failure.kind })
}

const signedOut: LinkFailure = { ok: false, failure: { kind: 'sessionExpired' } }

async function logIn(
  { ports, store, link }: RuntimeDependencies,
  takeAnswer: AccountRuntime['takeAnswer'],
  { password, code }: { readonly password: string; readonly code: string | undefined },
): Promise<LoginOutcome> {
  const record = store.account.read()
  if (!record) return signedOut
  const answer = await link.login({ user: record.user, password, ...(code === undefined ? {} : { code }) })
  // Closed while the server was thinking: the answer belongs to nobody any more.
  if (!store.database.isOpen) return signedOut
  if (!answer.ok) {
    const state = deviceStateOf(answer.failure.kind)
    if (state) store.account.change({ device: state })
    return answer
  }
  const taken = takeAnswer(answer.value, password)
  if (!taken.ok) {
    link.dropSession()
    return taken
  }
  if (record.password !== password || store.vault.keys.verifier === undefined)
    await keepVerifier(ports, store, password)
  return { ok: true }
}

function deviceStateOf(kind: FailureKind): 'pending' | 'revoked' | undefined {
  return kind === 'devicePending' ? 'pending' : kind === 'deviceRevoked' ? 'revoked' : undefined
}

function makeSync(
  { ports, store, events }: RuntimeDependencies,
  { keeper, policy }: { readonly keeper: ListKeeper; readonly policy: StorePolicy },
  calls: SignedCalls,
): WhitelistSync {
  return createWhitelistSync({
    calls,
    keeper,
    primitives,
    boxSecret: () => store.vault.keys.dbox,
    writeRatchet: store.vault.writeRatchet,
    clock: ports.clock,
    log: ports.log,
    statusChanged: events.status,
    listChanged: events.listChanged,
    confirmed: () => {
      if (store.account.read()?.held !== undefined) store.account.change({ held: undefined })
      policy.listConfirmed()
    },
    commands: async (commands) => {
      for (const command of commands) {
        store.commands.remember(command)
        events.command(command.c)
      }
    },
  })
}

/** A database behind the copy of its ratchet was put back from an older one (protocol.md section 6, last line). */
async function noticeRollback(
  { ports, store }: RuntimeDependencies,
  keeper: ListKeeper,
  sync: WhitelistSync,
): Promise<void> {
  const copy = await store.vault.readRatchet()
  const state = keeper.state()
  if (!copy || !state || !isBehind(state, copy)) return
  ports.log.warn('store is older than its ratchet', { version: state.ver, ratchet: copy.ver })
  keeper.setFloor({ ep: copy.ep, ver: copy.ver, head: copy.head }, copy.trustedTime)
  sync.askFull('localRollback')
}

type Parts = {
  readonly keeper: ListKeeper
  readonly calls: SignedCalls
  readonly sync: WhitelistSync
  readonly relogin: () => Promise<LoginOutcome>
  readonly requests: Requests
}

function makeConnection({ ports, events }: RuntimeDependencies, { keeper, calls, sync, relogin, requests }: Parts) {
  const { clock, random, log } = ports
  const current = () => keeper.state()
  const look = () => {
    requests.look()
    events.news()
  }
  return createConnection({
    clock,
    log,
    random,
    sync: async () => {
      // A list that was wiped, or never came: the login names it anew, or says that this device is not wanted any more.
      const opened = keeper.state() ? ({ ok: true } as const) : await relogin()
      return opened.ok ? sync.sync() : { ok: false, failure: opened.failure }
    },
    wait: (signal) => waitForPoke(calls, keeper, signal),
    current,
    pushOn: () => {
      const core = current()?.core
      return core === undefined || policyOf(core).update !== 'user'
    },
    online: () => {
      events.online()
      look()
    },
    news: look,
    failed: events.failed,
  })
}

async function waitForPoke(
  calls: SignedCalls,
  keeper: ListKeeper,
  signal: AbortSignal,
): Promise<Result<{ readonly ep: number; readonly ver: number }>> {
  const { lst, ep, ver } = keeper.state() ?? { lst: '', ep: 0, ver: 0 }
  const options = { timeout: waitHold + waitGrace, signal }
  const answer = await calls.call('Wait', (common) => ({ ...common, lst, ep, ver }), options)
  if (!answer.ok) return { ok: false, failure: answer.failure }
  const poke = readFields(operations.Wait.response, answer.fields)
  return poke ? { ok: true, value: poke } : { ok: false, failure: { kind: 'unreachable' } }
}
