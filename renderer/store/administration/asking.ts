/** How the slices of the administration ask: whenever the server says that it is closed, the way in is shown again. */
import type { AdminAskName } from '../../../shared/administration.ts'
import type { KithContract } from '../../../shared/contract.ts'
import type { Input, Output, Result } from '../../../shared/rpc.ts'
import type { Ports } from '../ports.ts'

/** Asks one question of the administration; failures are those of its call. */
export type Asking = <N extends AdminAskName>(
  name: N,
  input: Input<KithContract, N>,
) => Promise<Result<Output<KithContract, N>>>

type Learn = (name: AdminAskName, answer: unknown) => Promise<void>

/**
 * Makes the way to ask; `closed` is called when the server says that the administration is not open, `learn` with each
 * answer before it is given.
 */
export function createAsking({ host }: Ports, learn: Learn, closed: () => void): Asking {
  return async (name, input) => {
    const result = await host.call(name, input)
    if (!result.ok && (result.failure.kind === 'secondFactor' || result.failure.kind === 'notAllowed')) closed()
    if (result.ok) await learn(name, result.value)
    return result
  }
}
