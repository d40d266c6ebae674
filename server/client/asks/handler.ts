/** What every ask's handler gets and gives. */

import type { Role } from '../../../shared/administration/change.ts'
import type { AskFailure, AskInput, AskName, AskOutput } from '../../../shared/asks.ts'
import type { Result } from '../../../shared/rpc.ts'
import type { DeviceRow, UserRow } from '../../store/tables.ts'
import type { Service } from '../service.ts'

/** Who asks: signed in, on a device that is active. */
export type AskCaller = {
  readonly user: UserRow
  readonly device: DeviceRow
  /** What the user may administer. */
  readonly role: Role | undefined
  /** The session's id, which only the client keeps. */
  readonly sid: string
  readonly ip: string
  /** Aborted when the caller went away or the server ends. */
  readonly gone: AbortSignal
}

/** One ask: its input was checked, and only failures that its contract names can come back. */
export type AskHandler<N extends AskName> = (
  service: Service,
  caller: AskCaller,
  input: AskInput<N>,
) => Promise<Result<AskOutput<N>, AskFailure<N>>>

/** One for each ask that the contract has: a missing one does not compile. */
export type AskHandlers = { readonly [N in AskName]: AskHandler<N> }
