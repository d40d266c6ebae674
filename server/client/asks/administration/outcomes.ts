/** What an operation came to, as the page is told it: sums and first rows of what may be long, and why it was refused. */

import type { Outcome } from '../../../../shared/administration.ts'
import type { DeedOutcome } from '../../../../shared/administration/deeds.ts'
import type { AskFailure } from '../../../../shared/asks.ts'
import type { ChangeFault } from '../../../../shared/fault-codes.ts'
import { assertNever, fail, type Result } from '../../../../shared/rpc.ts'
import type { Failure } from '../../../administration/operations/operation.ts'
import type { Fault } from '../../../administration/work.ts'
import { faultAt } from '../../../ground/refusals.ts'
import { allPlain, plain } from '../plain.ts'

/** Of a long outcome or proposal. */
export const mostShown = 50

/** `isReasonNeeded`: whether what was tried is done only with a reason. */
export function outcomeTold(done: DeedOutcome, isReasonNeeded: boolean): Outcome {
  const { state, proposal = '', needs = 'signature', lists, audit, changes } = done
  if (state === 'pending') return { state, id: proposal, needs }
  // Sums over all lists, names of the first fifty: a change of a department reaches thousands.
  const sum = (pick: 'added' | 'changed' | 'removed') => lists.reduce((all, list) => all + list[pick], 0)
  const moved = {
    lists: lists.length,
    added: sum('added'),
    changed: sum('changed'),
    removed: sum('removed'),
    users: lists.slice(0, mostShown).map(({ version: _version, ...rest }) => rest),
  }
  if (state === 'dryRun') {
    const lines = changes && { changes: changes.slice(0, mostShown) }
    return allPlain({ state: 'tried', ...moved, reason: isReasonNeeded, ...lines })
  }
  return { state, ...moved, audit: audit.slice(0, mostShown) }
}

type Refused = { readonly state: 'refused'; readonly faults: ChangeFault[] }

/** What an operation of the administration can be refused with on the page. */
export type OperationFailure = AskFailure<'admin.overview'>

/** Refused with its reasons, where the failure has any; else an ask that failed. */
export function refusedTold(failure: Failure): Result<Refused, OperationFailure> {
  if (failure.kind === 'changes') return { ok: true, value: refusedOutcome(failure.faults) }
  if (failure.kind === 'refused') return { ok: true, value: refusedOutcome([faultAt(0, failure.refusal)]) }
  return readingFailed(failure)
}

/** Why changes were refused, cut to what an answer carries. */
export function refusedOutcome(faults: readonly Fault[]): Refused {
  return {
    state: 'refused',
    faults: faults.slice(0, mostShown).map(({ why, what, ...rest }) => ({
      ...rest,
      why: plain(why, 500),
      ...(what === undefined ? {} : { what: plain(what, 320) }),
    })),
  }
}

/** Why a reading was not answered. */
export function readingFailed(failure: Failure): Result<never, OperationFailure> & { readonly ok: false } {
  switch (failure.kind) {
    case 'notAllowed':
      return fail('notAllowed')
    case 'malformed':
      return fail('badRequest', { fields: [failure.place] })
    case 'refused': {
      const { code } = failure.refusal
      if (code === 'unknownUser' || code === 'unknownGroup') return fail('notFound')
      if (code === 'address') return fail('badRequest', { fields: ['address'] })
      return fail(code === 'keysAway' ? 'busy' : 'refused')
    }
    case 'changes':
    case 'movedOn':
      return fail('refused')
    default:
      return assertNever(failure)
  }
}
