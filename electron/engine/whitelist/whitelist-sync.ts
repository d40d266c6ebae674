/**
 * Brings the list up to date: one round at a time, all or nothing, in the order of protocol.md section 6: check, one
 * transaction, ratchet copy, acknowledgement. A failure moves nothing; a refused answer is followed by one full list.
 */

import type { ListChange, WhitelistStatus } from '../../../shared/contract.ts'
import type { ServerFailure } from '../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import type { Primitives } from '../../../shared/whitelist/bytes/primitives.ts'
import type { SignedCommand } from '../../../shared/whitelist/command.ts'
import { policyOf } from '../../../shared/whitelist/head.ts'
import type { ListState } from '../../../shared/whitelist/sync/list-state.ts'
import type { Clock, Log } from '../ground/ports.ts'
import { StoreError } from '../ground/store-error.ts'
import type { Ratchet } from '../keys/ratchet.ts'
import type { SignedCalls } from '../link/signed-calls.ts'
import type { ListKeeper } from './list-keeper.ts'
import { type RoundResult, type SyncCall, syncRound } from './sync-round.ts'

type SyncDependencies = {
  readonly calls: SignedCalls
  readonly keeper: ListKeeper
  readonly primitives: Primitives
  readonly boxSecret: () => Uint8Array
  readonly writeRatchet: (ratchet: Ratchet) => Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly statusChanged: (status: WhitelistStatus) => void
  readonly listChanged: (change: ListChange) => void
  /** The server has confirmed the list, and has nothing else to say. */
  readonly confirmed: () => void
  /** Each answer's commands, already verified as P's for this device. */
  readonly commands: (commands: readonly SignedCommand[]) => Promise<void>
}

/** Syncs on request, and knows how the last one went. */
export type WhitelistSync = {
  /** Joins a round that runs already. */
  readonly sync: () => Promise<Result<ListChange, ServerFailure>>
  /** By the user: at most every two seconds, and only where the policy gives the user the button. */
  readonly refresh: () => Promise<Result<ListChange, ServerFailure | 'refused'>>
  readonly status: () => WhitelistStatus
  /** Resolves when no round runs. */
  readonly settled: () => Promise<void>
  /** The next round asks for the whole list. `notice` tells the administrator why. */
  readonly askFull: (notice?: string) => void
}

/** Shortest time between two refreshes by the user, in milliseconds (protocol.md section 7). */
const refreshEvery = 2_000

/** The sync of one list; nothing is asked before the first call. */
export function createWhitelistSync(deps: SyncDependencies): WhitelistSync {
  let running: Promise<Result<ListChange, ServerFailure>> | undefined
  let lastRefresh = Number.NEGATIVE_INFINITY
  const memory: Memory = { progress: undefined, failure: undefined, wish: noWish }
  const status = (): WhitelistStatus => statusOf(deps, memory, running !== undefined)
  const announce = () => deps.statusChanged(status())
  const sync = () => {
    if (!running) {
      running = runRound(deps, memory, announce).finally(() => {
        running = undefined
        memory.progress = undefined
        announce()
      })
      announce()
    }
    return running
  }
  return {
    sync,
    refresh: async () => {
      const core = deps.keeper.state()?.core
      if (core && policyOf(core).update === 'server') return fail('refused')
      const rest = lastRefresh + refreshEvery - deps.clock.now()
      // A rest longer than the gap means that the clock was set back: it must not keep the button waiting.
      if (!running && rest > 0 && rest <= refreshEvery) return fail('rateLimited', { retryAfter: rest })
      lastRefresh = deps.clock.now()
      return sync()
    },
    status,
    settled: async () => {
      await running
    },
    askFull: (notice) => {
      memory.wish = { wantFull: true, notice }
    },
  }
}

/** What outlives a round. */
type Memory = {
  progress: WhitelistStatus['progress']
  failure: ServerFailure | undefined
  wish: Wish
}

async function runRound(
  deps: SyncDependencies,
  memory: Memory,
  announce: () => void,
): Promise<Result<ListChange, ServerFailure>> {
  try {
    const result = await bringUpToDate(deps, memory.wish, (done, total) => {
      memory.progress = { done, total }
      announce()
    })
    // Kept until a round succeeds: a rollback is told and mended even if the line breaks now.
    if (result.ok) memory.wish = noWish
    memory.failure = result.ok ? undefined : result.failure.kind
    return result
  } catch (error) {
    // The disk refused the transaction: the old list stays in force.
    if (!(error instanceof StoreError)) throw error
    memory.failure = error.kind
    return fail(error.kind)
  }
}

type Wish = { readonly wantFull: boolean; readonly notice: string | undefined }
const noWish: Wish = { wantFull: false, notice: undefined }
type Progress = (done: number, total: number) => void

async function bringUpToDate(
  deps: SyncDependencies,
  wish: Wish,
  progress: Progress,
): Promise<Result<ListChange, ServerFailure>> {
  const before = deps.keeper.state()
  if (!before) return fail('notSignedIn')
  // Before the asking, so that it is told even where the sync fails.
  if (wish.notice !== undefined) await report(deps, before, { what: wish.notice, alarm: true })
  let result = await ask(deps, before, { want: wish.wantFull ? 'full' : 'auto', progress })
  if (!result.ok && result.mayMend) {
    await tellRefused(deps, before, result)
    // Once: what a full list does not mend, a second one will not either.
    result = await ask(deps, before, { want: 'full', progress })
  }
  if (!result.ok) return { ok: false, failure: result.failure }
  // On the disk before the list moves, so that a crash in between does not lose a wipe.
  await deps.commands(result.commands)
  if (result.step === 'commands') return fail('deviceRevoked')
  return ok(await accept(deps, result))
}

async function tellRefused(
  deps: SyncDependencies,
  before: ListState,
  { refused, alarm }: Extract<RoundResult, { readonly ok: false }>,
): Promise<void> {
  if (refused === undefined) return
  deps.log.warn('whitelist answer refused', { check: refused, alarm })
  await report(deps, before, { what: refused, alarm })
}

function ask(
  deps: SyncDependencies,
  state: ListState,
  { want, progress }: { readonly want: 'auto' | 'full'; readonly progress: Progress },
): Promise<RoundResult> {
  const { primitives, boxSecret, clock } = deps
  const call: SyncCall = (make) => deps.calls.call('Sync', make)
  return syncRound({ call, primitives, boxSecret, now: clock.now, progress }, state, want)
}

/** Steps 15 and 16: the transaction, the copy of the ratchet, and only then the acknowledgement. */
async function accept(
  deps: SyncDependencies,
  { state, change, commands }: Extract<RoundResult, { readonly step: 'applied' }>,
): Promise<ListChange> {
  const moved = deps.keeper.apply(state, change, deps.clock.now())
  const { lst: list, ep: epoch, ver: version, head, trustedTime } = state
  // After the transaction: a copy ahead of its database would look like a rollback at the next start.
  await deps.writeRatchet({ epoch, version, head, trustedTime })
  // An answer with commands confirms nothing: a revoked device gets its command in an answer of the same form.
  if (commands.length === 0) deps.confirmed()
  if (moved.added + moved.changed + moved.removed > 0) deps.listChanged(moved)
  const position = { lst: list, ep: epoch, ver: version, head }
  const acknowledged = await deps.calls.call('Ack', (common) => ({ ...common, ...position }))
  if (!acknowledged.ok) deps.log.info('acknowledgement not taken', { kind: acknowledged.failure.kind })
  return moved
}

/** Tells the administrator, best effort: the outcome of the sync does not depend on it. */
async function report(
  deps: SyncDependencies,
  { lst: list, ep: epoch, ver: version }: ListState,
  { what, alarm }: { readonly what: string; readonly alarm: boolean },
): Promise<void> {
  const position = { lst: list, ep: epoch, ver: version }
  const sent = await deps.calls.call('Report', (common) => ({ ...common, ...position, what, alarm }))
  if (!sent.ok) deps.log.warn('report not taken', { what, kind: sent.failure.kind })
}

function statusOf({ keeper, clock }: SyncDependencies, memory: Memory, syncing: boolean): WhitelistStatus {
  const { progress, failure } = memory
  const { ver: version, ep: epoch, entries } = keeper.state() ?? { ver: 0, ep: 0 }
  return {
    version,
    epoch,
    count: entries?.size ?? 0,
    syncedAt: keeper.syncedAt(),
    leaseEndsAt: keeper.lease(clock.now()).endsAt,
    state: syncing ? 'syncing' : failure === undefined ? 'idle' : 'failed',
    ...(syncing && progress ? { progress } : {}),
    ...(failure === undefined ? {} : { failure }),
  }
}
