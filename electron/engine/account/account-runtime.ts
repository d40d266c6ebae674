/**
 * One account with its store open: its list, its contacts, its link to the server. It is opened by sign-in, start and
 * unlock, and closed by sign-out, lock and the end of the engine. It works without a network. What calls the server
 * from here goes through `signed-calls.ts`; what keeps the list current is put together in account-connection.ts, and
 * what a login leaves behind in account-login.ts.
 */
import { type FailureKind, fail, ok, type Result } from '../../../shared/rpc.ts'
import type { SessionAnswer } from '../../../shared/whitelist/login.ts'
import type { SignedManifest } from '../../../shared/whitelist/manifest.ts'
import type { AckRequest } from '../../../shared/whitelist/request.ts'
import { writeIfPossible } from '../ground/store-error.ts'
import { primitives } from '../keys/primitives.ts'
import { type Ask, createAsk } from '../link/ask.ts'
import type { Common } from '../link/server-link.ts'
import { createSignedCalls, type SignedCalls } from '../link/signed-calls.ts'
import type { Exchanged } from '../soap/exchange.ts'
import { type WhitelistHandlers, whitelistHandlers } from '../whitelist/handlers.ts'
import { createListKeeper, type ListKeeper } from '../whitelist/list-keeper.ts'
import { createRequests, type WaitingRequests } from '../whitelist/requests.ts'
import type { WhitelistSync } from '../whitelist/whitelist-sync.ts'
import { createAccountConnection, createAccountSync, noticeRollback } from './account-connection.ts'
import { bindIdentity, keepVerifier, takeLogin } from './account-login.ts'
import type { AccountStore } from './account-store.ts'
import type { RuntimeDependencies } from './runtime-dependencies.ts'
import { createStorePolicy, type StorePolicy } from './store-policy.ts'

/** An account whose store is open. */
export type AccountRuntime = {
  readonly store: AccountStore
  readonly keeper: ListKeeper
  readonly sync: WhitelistSync
  readonly calls: SignedCalls
  /** Asks the server for what is not the list. */
  readonly ask: Ask
  readonly handlers: WhitelistHandlers
  /** The manifest in force. */
  readonly manifest: () => SignedManifest | undefined
  /** Logs in and takes over the answer. */
  readonly login: (password: string, code?: string) => Promise<Exchanged<undefined>>
  /** Takes over the answer of a login that was made before this account was open. Failure: untrustedServer. */
  readonly takeAnswer: (answer: SessionAnswer, password: string) => Result<unknown, 'untrustedServer'>
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

/** Milliseconds for the farewell. */
const logoutLimit = 5_000

function waitingIn({ account }: AccountStore): WaitingRequests {
  return {
    read: () => account.read()?.waitingRequests,
    write: (waitingRequests) => void account.change({ waitingRequests: [...waitingRequests] }),
  }
}

/**
 * Opens the account over its store and link; syncing begins with `start`. From here on the runtime owns both, and `close`
 * closes them.
 */
export async function openAccountRuntime(deps: RuntimeDependencies): Promise<AccountRuntime> {
  const { ports, store, identity, link } = deps
  const keeper = createListKeeper(store.list, store.list.read())
  bindIdentity(identity, store, keeper, ports.log)
  const policy = createStorePolicy(ports, store, keeper)
  const takeAnswer = answerTaker(deps, keeper, policy)
  let rejected: string | undefined
  const login = async (password: string, code?: string): Promise<Exchanged<undefined>> => {
    const outcome = await logIn(deps, takeAnswer, { password, code })
    // Remembered in memory alone: after a restart one more try is made, since the password may be right again.
    if (!outcome.ok && outcome.failure.kind === 'authFailed') rejected = password
    return outcome
  }
  const relogin = (): Promise<Exchanged<undefined>> => {
    const password = store.account.read()?.password
    // A password that was refused once is not tried again: five tries lock the account (protocol.md section 5.3).
    return password === undefined || password === rejected ? Promise.resolve(signedOut) : login(password)
  }
  const calls = createSignedCalls(link, relogin)
  const sync = createAccountSync(deps, { keeper, policy }, calls)
  // Before the first sync: an older database must not be taken for the state that the server is asked to go on from.
  await noticeRollback(deps, keeper, sync)
  const boxSecret = () => store.vault.keys.dbox
  const ask = createAsk({ calls, primitives, boxSecret, manifest: identity.manifest, log: ports.log })
  const requests = createRequests({ ask, log: ports.log, waiting: waitingIn(store) }, deps.events.requests)
  const connection = createAccountConnection(deps, { keeper, calls, sync, relogin, requests })
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
    handlers: whitelistHandlers({ contacts: keeper.contacts, sync, requests, ask, wake: connection.wake }),
    manifest: identity.manifest,
    login,
    takeAnswer,
    keepPassword: (password) => keepVerifier(ports, store, password),
    start: connection.start,
    wake: connection.wake,
    askForCommand: () => askForCommand(deps, { keeper, policy }),
    tell: (make, timeout) => tell(deps, make, timeout),
    logout: () => logOut(link),
    stop,
    close: async () => {
      // The link first: whatever waits for the server ends at once, and stopping need not wait for it.
      link.close()
      try {
        await stop()
      } finally {
        store.database.close()
      }
    },
  }
}

async function tell(
  { link, ports }: RuntimeDependencies,
  make: (common: Common) => AckRequest,
  timeout: number,
): Promise<void> {
  const told = await link.call('Ack', make, { timeout })
  if (!told.ok) ports.log.info('acknowledgement not taken', { kind: told.failure.kind })
}

/** Ends the session at the server where it can be reached in time, and here in any case. */
async function logOut(link: RuntimeDependencies['link']): Promise<void> {
  if (link.hasSession) await link.call('Logout', (common) => common, { timeout: logoutLimit })
  link.dropSession()
}

function answerTaker(
  { store, identity }: RuntimeDependencies,
  keeper: ListKeeper,
  policy: StorePolicy,
): AccountRuntime['takeAnswer'] {
  return (answer, password) => {
    const taken = takeLogin(store, keeper, { answer, password, identity })
    // Only an answer that was believed may bring the half: any other could change the form of the keys file.
    if (taken.ok) policy.loggedIn(answer.half)
    return taken
  }
}

async function askForCommand(
  deps: RuntimeDependencies,
  kept: { readonly keeper: ListKeeper; readonly policy: StorePolicy },
): Promise<void> {
  const { link, ports } = deps
  // Forgotten here whether or not the server heard of it: the next call must log in.
  link.dropSession()
  // Straight over the link: `calls` would log in first, and a revoked device is refused there before it hears a
  // command.
  const result = await createAccountSync(deps, kept, { call: link.call }).sync()
  if (!result.ok) ports.log.info('no command for this device', { kind: result.failure.kind })
}

const signedOut = fail('sessionExpired')

async function logIn(
  { ports, store, link }: RuntimeDependencies,
  takeAnswer: AccountRuntime['takeAnswer'],
  { password, code }: { readonly password: string; readonly code: string | undefined },
): Promise<Exchanged<undefined>> {
  const record = store.account.read()
  if (!record) return signedOut
  const answer = await link.login({ user: record.user, password, ...(code === undefined ? {} : { code }) })
  // Closed while the server was thinking: the answer belongs to nobody any more.
  if (!store.database.isOpen) return signedOut
  if (!answer.ok) {
    const state = deviceStateOf(answer.failure.kind)
    // Kept, so that the next start shows the wait or the lock without asking again.
    if (state) writeIfPossible(ports.log, 'device', () => void store.account.change({ device: state }))
    return answer
  }
  const taken = takeAnswer(answer.value, password)
  if (!taken.ok) {
    // A session of a server that is not believed must carry no further call.
    link.dropSession()
    return taken
  }
  if (record.password !== password || store.vault.keys.verifier === undefined)
    await keepVerifier(ports, store, password)
  return ok(undefined)
}

function deviceStateOf(kind: FailureKind): 'pending' | 'revoked' | undefined {
  return kind === 'devicePending' ? 'pending' : kind === 'deviceRevoked' ? 'revoked' : undefined
}
