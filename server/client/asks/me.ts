/** What a user learns of itself. */
import { ok } from '../../../shared/rpc.ts'
import { countToDecide } from '../../administration/to-decide.ts'
import { provesColleagues } from '../../settings/config.ts'
import type { AskHandlers } from './handler.ts'

/**
 * Told anew each time: the page shows the administration by the role, while the server decides for itself, and the client
 * follows the mail servers where the settings moved them.
 */
export const meAsks: Pick<AskHandlers, 'me'> = {
  me: async (service, { user, role }) => {
    const colleagues = provesColleagues(service.config) ? 'proven' : 'unproven'
    const toDecide = await countToDecide(service, { user: user.id, role })
    return ok({ role: role ?? 'none', toDecide, mail: service.mail, colleagues })
  },
}
