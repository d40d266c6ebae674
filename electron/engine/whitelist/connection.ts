/**
 * Keeps the list current while signed in (protocol.md section 7): syncs at start, after each poke, and every quarter of
 * an hour; between them a Wait is held. A break is followed by a random pause and a back-off. One loop, so that there
 * is never more than one sync or Wait of it at a time.
 */
import type { ServerFailure } from '../../../shared/failures.ts'
import type { Failure, Result } from '../../../shared/rpc.ts'
import { waitHold } from '../../../shared/whitelist/limits.ts'
import { createBackOff, nextCheck } from '../ground/back-off.ts'
import type { Clock, Log } from '../ground/ports.ts'
import type { ListPosition } from '../keys/ratchet.ts'

type ConnectionDependencies = {
  readonly clock: Clock
  readonly log: Log
  readonly random: (count: number) => Uint8Array
  readonly sync: () => Promise<Result<unknown, ServerFailure>>
  /** Held by the server until the list moves: where the list stands then. Resolves early when `signal` aborts. */
  readonly wait: (signal: AbortSignal) => Promise<Result<ListPosition, ServerFailure>>
  readonly current: () => ListPosition | undefined
  /** Whether the policy lets the server push. */
  readonly pushOn: () => boolean
  readonly online: () => void
  /**
   * The server ended a Wait early although the list did not move: there is something beside it. A failure where the server
   * could not be asked what it is, as when it ends its Waits to be restarted.
   */
  readonly news: () => Promise<Failure | undefined>
  /** Each failure that is not the list's own. Returns whether trying again makes sense. */
  readonly failed: (failure: Failure) => 'tryAgain' | 'stop'
}

/** The loop that keeps one list current. */
export type Connection = {
  /** Also again, after a failure that ended it. */
  readonly start: () => void
  /** Ends the loop; resolves when nothing of it runs. */
  readonly stop: () => Promise<void>
  /** Tries again now instead of at the end of the pause. */
  readonly wake: () => void
}

/** Pokes may be false: a Wait begins at most this often, in milliseconds. */
const waitEvery = 1_000
/** A Wait that ended this much before its time was ended for a reason. */
const holdSlack = 2_000

/** The loop of one account; nothing runs before `start`. */
export function createConnection(deps: ConnectionDependencies): Connection {
  const ending = new AbortController()
  let running: Promise<void> | undefined
  let wakeUp: () => void = () => undefined
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      // Three may end a pause: the clock, `wake`, and the end of the loop. Each takes the others' listeners away.
      const finish = () => {
        undo()
        ending.signal.removeEventListener('abort', finish)
        wakeUp = () => undefined
        resolve()
      }
      const undo = deps.clock.after(ms, finish)
      ending.signal.addEventListener('abort', finish)
      wakeUp = finish
      if (ending.signal.aborted) finish()
    })
  return {
    start: () => {
      running ??= loop(deps, ending.signal, pause)
        .catch((error: unknown) => {
          deps.log.error('connection loop ended by a bug', {
            error: error instanceof Error ? error.name : typeof error,
          })
          deps.failed({ kind: 'internal' })
        })
        .finally(() => {
          running = undefined
        })
    },
    stop: async () => {
      ending.abort()
      await running
    },
    wake: () => wakeUp(),
  }
}

type Pause = (ms: number) => Promise<void>

async function loop(deps: ConnectionDependencies, ending: AbortSignal, pause: Pause): Promise<void> {
  const backOff = createBackOff(deps.random)
  while (!ending.aborted) {
    const synced = await deps.sync()
    if (ending.aborted) return
    const failure = synced.ok ? await listen(deps, ending, pause) : synced.failure
    if (ending.aborted) return
    if (!failure) {
      backOff.reset()
      continue
    }
    // A refused list says nothing about the line: the server answered.
    if (failure.kind === 'listRefused' || failure.kind === 'clockWrong') deps.online()
    else if (deps.failed(failure) === 'stop') return
    await pause(backOff.next(failure.detail?.retryAfter))
  }
}

/** Returns when a sync is due, or with the failure that ended the listening. */
async function listen(deps: ConnectionDependencies, ending: AbortSignal, pause: Pause): Promise<Failure | undefined> {
  deps.online()
  const due = new AbortController()
  const undo = deps.clock.after(nextCheck(deps.random), () => due.abort())
  try {
    while (!due.signal.aborted && !ending.aborted) {
      const begun = deps.clock.now()
      if (!deps.pushOn()) {
        await pauseUntil(due.signal, pause)
        return undefined
      }
      const poke = await deps.wait(AbortSignal.any([due.signal, ending]))
      if (due.signal.aborted || ending.aborted) return undefined
      if (!poke.ok) return poke.failure
      const held = deps.clock.now() - begun
      // Full time means that nothing happened; an early end without a new version means something beside the list.
      if (!isNews(poke.value, deps.current()) && held < waitHold - holdSlack) {
        const unanswered = await deps.news()
        if (unanswered) return unanswered
      }
      // A server that answers every Wait at once, broken or hostile, must not make the client spin.
      // A clock that was set back meanwhile must not keep the loop waiting as long.
      const rest = Math.min(waitEvery, waitEvery - held)
      if (rest > 0) await pause(rest)
      if (isNews(poke.value, deps.current())) return undefined
    }
    return undefined
  } finally {
    undo()
  }
}

function isNews(poke: ListPosition, mine: ListPosition | undefined): boolean {
  return poke.epoch !== mine?.epoch || poke.version !== mine.version
}

/**
 * Longer than the time between two checks, in milliseconds: this pause is ended by the signal, by `wake`, or by the
 * end of the loop.
 */
const longPause = 3_600_000

async function pauseUntil(signal: AbortSignal, pause: Pause): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([aborted, pause(longPause)])
}
