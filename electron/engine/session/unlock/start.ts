/** Brings the profile's last account up as it was left: open, locked, waiting, or signed out. */
import {
  isOpenStore,
  openAccountStore,
  type SealedStore,
  storedAccount,
  vaultDependencies,
} from '../../account/account-store.ts'
import { isWiping, resumeWipes } from '../../account/wipe.ts'
import type { AccountPlace } from '../../keys/account-place.ts'
import { openVault } from '../../keys/vault.ts'
import { carryOutUnfinished, isUrgent } from '../commands/carry-out.ts'
import { enter } from '../opening/enter.ts'
import { openStored } from '../opening/open-account.ts'
import { afterFailedUnlock, mayPass, startOf } from '../session-state.ts'
import { closeAccount, showLocked } from '../stage/close-account.ts'
import { isHeld } from '../stage/lease.ts'
import { namedPlace, type Opened, type Stage } from '../stage/stage.ts'
import { openByLogin } from './open-by-login.ts'

/** Before a store that was out of the server's reach is tried again, in milliseconds. */
const tryAgainAfter = 5_000

/** Never fails: what went wrong is the state's `cause` or `reason`. */
export async function start(stage: Stage): Promise<void> {
  const place = namedPlace(stage)
  // Before anything else: a store that is being wiped must never show again.
  await goOnWiping(stage, place)
  const stored = place ? storedAccount(place) : 'none'
  if (place && stored === 'keychain') await readProfile(stage, place)
  const { user, locked } = stage.profile.read()
  const step = startOf({ user, locked, stored })
  if (step === 'open' && place) await open(stage, place)
  else if (typeof step !== 'string') stage.dispatch(step)
}

/** Who used this profile last is sealed under the key that the keychain keeps: the form and the lock are filled with it. */
async function readProfile(stage: Stage, place: AccountPlace): Promise<void> {
  const vault = await openVault(vaultDependencies(stage.ports, place))
  if (vault.ok) stage.profile.unseal(vault.value)
}

async function open(stage: Stage, place: AccountPlace): Promise<void> {
  const store = await openAccountStore(stage.ports, place)
  const { server, user } = stage.profile.read()
  if (!store.ok) stage.dispatch({ type: 'closed', server, user, cause: store.failure.kind })
  else if (!isOpenStore(store.value)) startByLogin(stage, store.value)
  else if (!store.value.account.read()) {
    store.value.database.close()
    stage.dispatch({ type: 'closed', server, user })
  } else await show(stage, await openStored(stage, store.value))
}

async function show(stage: Stage, opened: Opened): Promise<void> {
  if (!opened.runtime.store.commands.unfinished().some(isUrgent) && !isHeld(stage, opened)) {
    await enter(stage, opened)
    return
  }
  // The window need not wait for the server: it shows the lock, and opens by itself when the answer is there.
  showLocked(stage, opened, 'start')
  stage.queue(async () => {
    const entered = await enter(stage, opened)
    if (!entered.ok) stage.ports.log.info('store stays locked', { kind: entered.failure.kind })
  })
}

/**
 * A store that only a login opens: locked until the silent login with the stored password has brought the server's
 * half. The window does not wait for it. Where the server is out of reach, it is tried again for as long as the lock says
 * so.
 */
function startByLogin(stage: Stage, sealed: SealedStore): void {
  const { server, user } = stage.profile.read()
  if (sealed.vault.keys.online?.login.password === undefined) {
    stage.dispatch({ type: 'closed', server, user })
    return
  }
  stage.dispatch({ type: 'locked', secret: 'password', reason: 'start', user })
  const logIn = async (): Promise<void> => {
    const opened = await openByLogin(stage, sealed, {})
    const entered = opened.ok ? await enter(stage, opened.value) : opened
    if (entered.ok) return
    const { kind, detail } = entered.failure
    stage.ports.log.info('store stays locked', { kind })
    // The login went well and the lock has its reason already: only a failed login is to be shown or tried again.
    if (opened.ok) return
    const event = afterFailedUnlock(stage.state(), kind, { server })
    if (event) stage.dispatch(event)
    if (mayPass(kind)) tryLater(stage, logInAgain, detail?.retryAfter)
  }
  const logInAgain = async (): Promise<void> => {
    // Unlocked by hand meanwhile, and perhaps locked again.
    const state = stage.state()
    if (state.step === 'locked' && state.reason === 'online') await logIn()
  }
  stage.queue(logIn)
}

/** Runs this after a pause, or after the `wait` that the server asked for where that is longer; unless another verb came. */
function tryLater(stage: Stage, act: () => Promise<void>, wait = 0): void {
  let stopped = false
  const cancel = stage.ports.clock.after(Math.max(tryAgainAfter, wait), () => {
    stage.queue(async () => {
      if (!stopped) await act()
    })
  })
  stage.waitFor(() => {
    stopped = true
    cancel()
  })
}

/**
 * Wipes that were cut off. Where the keys still open the store, with all steps, so that the server hears of it; else
 * whatever is left is destroyed.
 */
async function goOnWiping(stage: Stage, place: AccountPlace | undefined): Promise<void> {
  if (place && isWiping(place)) {
    const store = await openAccountStore(stage.ports, place)
    const found = store.ok && isOpenStore(store.value) ? store.value : undefined
    if (found && !found.account.read()) found.database.close()
    else if (found) {
      await carryOutUnfinished(stage, await openStored(stage, found), 'all')
      await closeAccount(stage)
    }
  }
  await resumeWipes(stage.ports)
}
