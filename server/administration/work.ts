/** What a change's handler works with: the transaction, and what is to be done to the lists at its end. */

import type { Change } from '../../shared/administration/change.ts'
import type { Refusal } from '../ground/refusals.ts'
import type { ListWish } from '../lists/changes.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { CommandSigner } from './devices/device-moves.ts'

export type Work = {
  readonly inside: Store
  readonly config: Config
  /** Milliseconds since the epoch: one time for all that is changed together. */
  readonly now: number
  readonly signCommand: CommandSigner
  /** Wishes for users' own entries, in order, each with the number of the change that it came from. */
  readonly wishes: { readonly usr: string; readonly wish: ListWish; readonly index: number }[]
  /** Users whose list is to be made. */
  readonly newUsers: Set<string>
  /** Set once people, groups, rules or cards changed: every list is looked at. */
  organisationMoved: boolean
}

/** What a change came to, for the audit log. `undo`: the changes that take it back. */
export type Applied =
  | {
      readonly ok: true
      readonly target: string
      readonly before?: unknown
      readonly after?: unknown
      readonly undo: readonly Change[]
    }
  | Refusal

export type Handler<C extends Change> = (work: Work, change: C, index: number) => Promise<Applied>
