/** How one open account stays level with the server: its sync, the loop that calls it, and the check for a rollback. */
import type { ServerFailure } from '../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { operations, readFields } from '../../../shared/soap/operations.ts'
import { policyOf } from '../../../shared/whitelist/head.ts'
import { waitHold } from '../../../shared/whitelist/limits.ts'
import { primitives } from '../keys/primitives.ts'
import { isBehind, type ListPosition } from '../keys/ratchet.ts'
import type { SignedCalls } from '../link/signed-calls.ts'
import type { Exchanged } from '../soap/exchange.ts'
import { type Connection, createConnection } from '../whitelist/connection.ts'
import type { ListKeeper } from '../whitelist/list-keeper.ts'
import type { Requests } from '../whitelist/requests.ts'
import { createWhitelistSync, type WhitelistSync } from '../whitelist/whitelist-sync.ts'
import type { RuntimeDependencies } from './runtime-dependencies.ts'
import type { StorePolicy } from './store-policy.ts'

/** Milliseconds of grace over what the server may hold a Wait. */
const waitGrace = 15_000

/** The sync of the account's list, by these calls. A confirmed list ends whatever held the store (the lease, a lock). */
export function createAccountSync(
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
    // A fresh answer is what a held store waits for.
    confirmed: () => {
      if (store.account.read()?.held !== undefined) store.account.change({ held: undefined })
      policy.listConfirmed()
    },
    commands: async (commands) => {
      for (const command of commands) {
        // On the disk first: a crash between the two loses no command, and the next start carries it out.
        store.commands.remember(command)
        events.command(command.c)
      }
    },
  })
}

/**
 * A database behind the copy of its ratchet was put back from an older one (protocol.md section 6, last line): nothing
 * below the copy is accepted any more, and the next sync asks for the whole list and tells the administrator.
 */
export async function noticeRollback(
  { ports, store }: RuntimeDependencies,
  keeper: ListKeeper,
  sync: WhitelistSync,
): Promise<void> {
  const copy = await store.vault.readRatchet()
  const position = positionOf(keeper)
  if (!copy || !position || !isBehind(position, copy)) return
  ports.log.warn('store is older than its ratchet', { version: position.version, ratchet: copy.version })
  // The floor, not the database's own position, is now what counts as a rollback.
  keeper.setFloor(copy)
  sync.askFull('localRollback')
}

/** `relogin` opens a session by the stored password; it fails without asking where that password was refused before. */
type Parts = {
  readonly keeper: ListKeeper
  readonly calls: SignedCalls
  readonly sync: WhitelistSync
  readonly relogin: () => Promise<Exchanged<undefined>>
  readonly requests: Requests
}

/** The loop that keeps the account's list current. A list that is missing is asked for by a login first. */
export function createAccountConnection(
  { ports, events }: RuntimeDependencies,
  { keeper, calls, sync, relogin, requests }: Parts,
): Connection {
  const { clock, random, log } = ports
  const askForNews = () => {
    events.news()
    return requests.refresh()
  }
  return createConnection({
    clock,
    log,
    random,
    sync: async () => {
      // A list that was wiped, or never came: the login names it anew, or says that this device is not wanted any more.
      const opened = keeper.state() ? ok(undefined) : await relogin()
      return opened.ok ? sync.sync() : { ok: false, failure: opened.failure }
    },
    wait: (signal) => waitForPoke(calls, keeper, signal),
    current: () => positionOf(keeper),
    pushOn: () => {
      const core = keeper.state()?.core
      return core === undefined || policyOf(core).update !== 'user'
    },
    online: () => {
      events.online()
      void askForNews()
    },
    news: askForNews,
    failed: events.failed,
  })
}

async function waitForPoke(
  calls: SignedCalls,
  keeper: ListKeeper,
  signal: AbortSignal,
): Promise<Result<ListPosition, ServerFailure>> {
  const { lst: list, ep: epoch, ver: version } = keeper.state() ?? { lst: '', ep: 0, ver: 0 }
  const options = { timeout: waitHold + waitGrace, signal }
  const answer = await calls.call('Wait', (common) => ({ ...common, lst: list, ep: epoch, ver: version }), options)
  if (!answer.ok) return { ok: false, failure: answer.failure }
  const poke = readFields(operations.Wait.response, answer.value)
  // A poke is an unsigned hint, so an answer that is none is treated like a broken line: the back-off slows it down.
  return poke ? ok(positionIn(poke)) : fail('unreachable')
}

function positionOf(keeper: ListKeeper): ListPosition | undefined {
  const state = keeper.state()
  return state && positionIn(state)
}

function positionIn({ ep: epoch, ver: version }: Readonly<Record<'ep' | 'ver', number>>): ListPosition {
  return { epoch, version }
}
