/** What a user learns of itself. */
import { ok } from '../../../shared/rpc.ts'
import { provesColleagues } from '../../settings/config.ts'
import type { AskHandlers } from './handler.ts'

/**
 * Told anew each time: the page shows the administration by the role, while the server decides for itself, and the client
 * follows the mail servers where the settings moved them.
 */
export const meAsks: Pick<AskHandlers, 'me'> = {
  me: async ({ config, mail }, { role }) =>
    ok({ role: role ?? 'none', mail, colleagues: provesColleagues(config) ? 'proven' : 'unproven' }),
}
