/** Why a client refuses an answer: named after the check of protocol.md section 6 that failed, in order. */

const syncFailures = [
  // 1
  'noRequest',
  'tooLarge',
  'malformed',
  // 2
  'manifest',
  'manifestExpired',
  // 3
  'freshSignature',
  // 4
  'notMine',
  // 5
  'notThisRequest',
  // 6
  'lifetime',
  'stale',
  // 7
  'rollback',
  // 8
  'headHash',
  'headSignature',
  'headIdentity',
  'headExpired',
  // 9
  'command',
  // 10
  'equivocation',
  'fork',
  'epoch',
  'ahead',
  'headAhead',
  // 11
  'noBody',
  'seal',
  'lowOrder',
  'box',
  'commitment',
  'secretbox',
  'padding',
  'bomb',
  // 12
  'innerHeader',
  'partsChanged',
  // 13
  'apply',
  // 14
  'root',
] as const
/** The check that failed. */
export type SyncFailure = (typeof syncFailures)[number]

/** Failures that an honest server never causes: the client reports them to the administrator. */
const alarms: ReadonlySet<SyncFailure> = new Set(['rollback', 'command', 'equivocation', 'fork', 'epoch', 'root'])

/** A refused answer; the list in force stays. */
export type Refused = { readonly ok: false; readonly failure: SyncFailure; readonly alarm: boolean }

/** The refusal; whether the administrator is to hear of it depends on the check. */
export function refusedFor(failure: SyncFailure): Refused {
  return { ok: false, failure, alarm: alarms.has(failure) }
}
