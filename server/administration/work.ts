/** What a change's handler works with: the transaction, and what is to be done to the lists at its end. */

import { z } from 'zod'
import type { Change } from '../../shared/administration/change.ts'
import { isChangeFaultCode } from '../../shared/fault-codes.ts'
import type { Refusal } from '../ground/refusals.ts'
import type { ListWish } from '../lists/changes.ts'
import type { ListChange } from '../lists/issue.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { CommandSigner } from './devices/device-moves.ts'

/**
 * One for a run: its changes are applied one after the other to the same rows, and lists are written once, after the
 * last.
 */
export type Work = {
  readonly inside: Store
  readonly config: Config
  /** Milliseconds since the epoch: one time for all that is changed together. */
  readonly now: number
  readonly signCommand: CommandSigner
  /** Wishes for users' own entries, in order, each with the number of the change that it came from. */
  readonly wishes: { readonly user: string; readonly wish: ListWish; readonly index: number }[]
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

/**
 * One change's work: it writes rows of people, groups, rules or devices itself, and only wishes for list entries,
 * which are written once at the end.
 */
export type Handler<C extends Change> = (work: Work, change: C, index: number) => Promise<Applied>

/** Why one of several changes was refused; `index`: its number among them. */
export type Fault = Omit<Refusal, 'ok'> & { readonly index: number }
/** What changes came to that were carried out together: the lists that moved and the numbers of the audit lines, or each fault. */
export type Ran =
  | { readonly ok: true; readonly lists: readonly UserListChange[]; readonly audit: readonly number[] }
  | { readonly ok: false; readonly faults: readonly Fault[] }
/** A list that moved, and whose it is. */
export type UserListChange = ListChange & { readonly user: string }

const number = z.number().int()
const ranSchema = z.union([
  z.object({
    ok: z.literal(true),
    lists: z.array(
      z.object({
        user: z.string(),
        list: z.string(),
        version: number,
        added: number,
        changed: number,
        removed: number,
      }),
    ),
    audit: z.array(number),
  }),
  z.object({
    ok: z.literal(false),
    faults: z.array(
      z
        .object({
          index: number,
          why: z.string(),
          code: z.string().exactOptional(),
          what: z.string().exactOptional(),
        })
        // A newer program has other reasons: of those the words are left.
        .transform(({ code, ...rest }) => ({
          ...rest,
          ...(code !== undefined && isChangeFaultCode(code) ? { code } : {}),
        })),
    ),
  }),
])

/** What a proposal came to, from the text that its row keeps. */
export function readRan(text: string): Ran {
  return ranSchema.parse(JSON.parse(text))
}
