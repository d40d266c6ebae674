/** The session's verbs, one at a time: start, sign in, sign out, lock, unlock, and what the server may make of them. */
import type { Protection, Session } from '../../../shared/contract.ts'
import { type FailureKind, fail, ok, type Result } from '../../../shared/rpc.ts'
import { isOpenStore, openAccountStore, storedAccount } from '../account/account-store.ts'
import { isWiping, resumeWipes } from '../account/wipe.ts'
import { type AccountPlace, accountPlace } from '../keys/account-place.ts'
import { createFlow, type Flow } from './flow.ts'
import { closeAccount, entranceOf, lockAccount, openAccount, showLocked } from './opening.ts'
import { tellRole } from './role.ts'
import { whyClosed } from './session-state.ts'
import { type SignInInput, signIn } from './sign-in/sign-in.ts'
import type { Opened, Stage } from './stage.ts'
import { isHeld } from './unlock/lease.ts'
import { startByLogin } from './unlock/online-unlock.ts'
import { unlockStore } from './unlock/unlock.ts'
import { createUnlockThrottle } from './unlock/unlock-throttle.ts'

export type SessionService = {
  readonly state: () => Session
  /** The account, when its data may be shown. */
  readonly open: () => Opened | undefined
  readonly whyClosed: () => FailureKind
  readonly signIn: (input: SignInInput) => Promise<Result<Session>>
  readonly signOut: () => Promise<Result<Session>>
  readonly lock: () => Promise<Result<Session>>
  readonly unlock: (secret: string) => Promise<Result<Session>>
  readonly protection: () => Promise<Result<Protection>>
  /** Asks again what the account may administer. */
  readonly tellRole: () => void
  /** Brings the profile up as it was left. */
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

export function createSession(stage: Stage): SessionService {
  const throttle = createUnlockThrottle(stage.ports.clock)
  const flow = createFlow(stage)
  const done = () => ok(stage.session())
  return {
    state: stage.session,
    open: () => (stage.state().step === 'ready' ? stage.opened() : undefined),
    whyClosed: () => whyClosed(stage.state()),
    signIn: (input) =>
      stage.inTurn(async () => {
        flow.stopWaiting()
        const result = await signIn(stage, flow.reactions, input)
        if (!result.ok) {
          flow.goOnWaiting()
          return result
        }
        const shown = await flow.show(result.value)
        return shown.ok ? done() : shown
      }),
    signOut: () =>
      stage.inTurn(async () => {
        await flow.signOut()
        return done()
      }),
    lock: () =>
      stage.inTurn(async () => {
        if (stage.state().step !== 'ready') return fail(whyClosed(stage.state()))
        stage.saveProfile({ locked: true })
        await lockAccount(stage, 'user')
        return done()
      }),
    unlock: (secret) =>
      stage.inTurn(async () => {
        const opened = await unlockStore(stage, throttle, flow.reactions, secret)
        if (!opened.ok) return opened
        stage.saveProfile({ locked: false })
        const entered = await flow.enter(opened.value)
        return entered.ok ? done() : entered
      }),
    tellRole: () => stage.soon(() => tellRole(stage)),
    protection: async () => ok(await protectionOf(stage)),
    start: () => stage.inTurn(() => start(stage, flow)),
    close: () =>
      stage.inTurn(async () => {
        flow.stopWaiting()
        await closeAccount(stage)
      }),
  }
}

/** The profile's last account as it was left: open, locked, waiting, or signed out. */
async function start(stage: Stage, flow: Flow): Promise<void> {
  const { server, user, locked } = stage.profile()
  const place: AccountPlace = accountPlace(stage.ports.profile, server, user)
  await goOnWiping(stage, flow, place)
  if (server === '' || user === '') return
  const stored = storedAccount(place)
  if (stored === 'none') return
  if (stored === 'passphrase' || (stored === 'keychain' && locked)) {
    const secret = stored === 'passphrase' ? 'passphrase' : 'password'
    stage.dispatch({ type: 'locked', secret, reason: locked ? 'user' : 'start', user })
    return
  }
  const store = await openAccountStore(stage.ports, place)
  if (!store.ok) {
    stage.dispatch({ type: 'closed', server, user, cause: store.failure.kind })
    return
  }
  if (!isOpenStore(store.value)) {
    startByLogin(stage, flow, store.value)
    return
  }
  if (!store.value.account.read()) {
    store.value.database.close()
    return
  }
  const opened = await openAccount(stage, entranceOf(stage, store.value), flow.reactions)
  const isWanted = opened.runtime.store.commands.unfinished().some(({ cmd }) => cmd !== 'rotate')
  if (!isWanted && !isHeld(stage, opened)) {
    await flow.enter(opened)
    return
  }
  // The window need not wait for the server: it shows the lock, and opens by itself when the answer is there.
  showLocked(stage, opened, 'start')
  stage.soon(async () => {
    const entered = await flow.enter(opened)
    if (!entered.ok) stage.ports.log.info('store stays locked', { kind: entered.failure.kind })
  })
}

/**
 * Wipes that were cut off. Where the keys still open the store, with all steps, so that the server hears of it; else
 * whatever is left is destroyed.
 */
async function goOnWiping(stage: Stage, flow: Flow, place: AccountPlace): Promise<void> {
  if (isWiping(place)) {
    const store = await openAccountStore(stage.ports, place)
    const found = store.ok && isOpenStore(store.value) ? store.value : undefined
    if (found && !found.account.read()) found.database.close()
    else if (found) {
      await flow.carryOut(await openAccount(stage, entranceOf(stage, found), flow.reactions))
      await closeAccount(stage)
    }
  }
  await resumeWipes(stage.ports)
}

/** How secrets are kept for the account in use; before one is open, how they would be. */
async function protectionOf(stage: Stage): Promise<Protection> {
  const keychainAvailable = await stage.ports.secrets.available()
  const opened = stage.opened()
  const { server, user } = stage.profile()
  const stored = server === '' ? 'none' : storedAccount(accountPlace(stage.ports.profile, server, user))
  const kind = opened?.runtime.store.vault.protection ?? (stored === 'keysMissing' ? 'none' : stored)
  return { kind, keychainAvailable }
}
