/** What a user learns of itself. */
import { ok } from '../../../shared/rpc.ts'
import type { AskHandlers } from './handler.ts'

export const meAsks: Pick<AskHandlers, 'me'> = {
  me: async (_service, { role }) => ok({ role: role ?? 'none' }),
}
