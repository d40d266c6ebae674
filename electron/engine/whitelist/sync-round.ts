/**
 * One sync with the server: asks, checks every answer (protocol.md section 6, steps 1 to 14), gathers the parts of a
 * large list. Returns what to apply; nothing here moves anything.
 */
import type { ServerFailure } from '../../../shared/failures.ts'
import { type Failure, fail } from '../../../shared/rpc.ts'
import { readSyncAnswer } from '../../../shared/soap/operations.ts'
import type { Primitives } from '../../../shared/whitelist/bytes/primitives.ts'
import type { SyncRequest } from '../../../shared/whitelist/request.ts'
import { type CheckedAnswer, checkAnswer, type PartialList } from '../../../shared/whitelist/sync/check-answer.ts'
import type { SyncFailure } from '../../../shared/whitelist/sync/failures.ts'
import type { ListState } from '../../../shared/whitelist/sync/list-state.ts'
import type { Common } from '../link/server-link.ts'
import type { Exchanged, Fields } from '../soap/exchange.ts'

/** Sends one Sync request, made from what every request repeats. */
export type SyncCall = (make: (common: Common) => SyncRequest) => Promise<Exchanged<Fields>>

type RoundDependencies = {
  readonly call: SyncCall
  readonly primitives: Primitives
  readonly boxSecret: () => Uint8Array
  readonly now: () => number
  readonly progress: (done: number, total: number) => void
}

/** What to apply, the commands that the answer brought, or why nothing of it counts. */
export type RoundResult =
  | Extract<CheckedAnswer, { readonly step: 'applied' | 'commands' }>
  | {
      readonly ok: false
      readonly failure: Failure<ServerFailure>
      /** The check that the answer did not pass. */
      readonly refused?: SyncFailure
      readonly alarm: boolean
      /** Whether a full list may mend it. */
      readonly mayMend: boolean
    }

/** A version may change between two parts; then the parts are asked for anew, this often at most. */
const restarts = 3

/** One round from `state`. `want`: `full` asks for the whole list, `auto` for what changed. */
export async function syncRound(
  deps: RoundDependencies,
  state: ListState,
  want: 'auto' | 'full',
): Promise<RoundResult> {
  let parts: PartialList | undefined
  for (let restarted = 0; restarted <= restarts;) {
    const step = await askOnce(deps, state, { want, parts })
    if (step.ok && step.step === 'part') {
      parts = step.partial
      deps.progress(parts.received.length, parts.total)
    } else if (!step.ok && step.refused === 'partsChanged' && !step.alarm) {
      parts = undefined
      restarted += 1
    } else {
      return step
    }
  }
  return { ...fail('busy'), alarm: false, mayMend: false }
}

type Step = RoundResult | Extract<CheckedAnswer, { readonly step: 'part' }>

async function askOnce(
  deps: RoundDependencies,
  state: ListState,
  { want, parts }: { readonly want: 'auto' | 'full'; readonly parts: PartialList | undefined },
): Promise<Step> {
  let asked: SyncRequest | undefined
  const answer = await deps.call((common) => {
    asked = { ...common, usr: state.usr, ...positionOf(state), want, part: parts?.received.length ?? 0 }
    return asked
  })
  if (!answer.ok) {
    // The server no longer knows this version: only a full list helps (protocol.md section 10).
    return { ok: false, failure: answer.failure, alarm: false, mayMend: answer.fault === 'VersionUnknown' }
  }
  const read = readSyncAnswer(answer.value)
  // Not even the form was right, so a proxy or a broken server is likelier than an attack: no alarm.
  if (!read || !asked) return { ...fail('listRefused'), refused: 'malformed', alarm: false, mayMend: true }
  const { non, seq, part } = asked
  const open = { non, seq, want, part, ...(parts ? { parts } : {}) }
  const context = { now: deps.now(), primitives: deps.primitives, boxSecret: deps.boxSecret() }
  const checked = checkAnswer(state, open, read, context)
  if (checked.ok) return checked
  return { ...fail(kindOf(checked.failure)), refused: checked.failure, alarm: checked.alarm, mayMend: true }
}

function positionOf(state: ListState): Pick<SyncRequest, 'lst' | 'ep' | 'ver' | 'head' | 'man'> {
  return { lst: state.lst, ep: state.ep, ver: state.ver, head: state.head, man: state.manifest.m.ver }
}

/** A fresh statement of another time is more often a wrong clock here than an attack; it is refused all the same. */
function kindOf(failure: SyncFailure): ServerFailure {
  return failure === 'stale' || failure === 'ahead' ? 'clockWrong' : 'listRefused'
}
