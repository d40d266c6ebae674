/** What a user learns of itself. */
import { ok } from '../../../shared/rpc.ts'
import { countToDecide } from '../../administration/to-decide.ts'
import type { AskHandlers } from './handler.ts'

/** The role is told anew each time: the page shows the administration by it, the server decides for itself. */
export const meAsks: Pick<AskHandlers, 'me'> = {
  me: async (service, { user, role }) =>
    ok({ role: role ?? 'none', toDecide: await countToDecide(service, { user: user.id, role }) }),
}
