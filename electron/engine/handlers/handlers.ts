/**
 * The index of the engine: which room answers which call of the contract. Read this first. Calls that need the open
 * account answer with the reason while it is closed; a store that fails answers with its kind.
 */
import type { KithContract } from '../../../shared/contract.ts'
import { fail, type Handlers } from '../../../shared/rpc.ts'
import { mailCalls } from '../mail/dependencies.ts'
import { sessionHandlers } from '../session/handlers.ts'
import type { SessionService } from '../session/session.ts'
import type { Stage } from '../session/stage/stage.ts'
import { whitelistCalls } from '../whitelist/handlers.ts'
import { administrationHandlers } from './administration.ts'
import { diagnosticsHandlers } from './diagnostics.ts'
import { whileOpen, withStoreFailures } from './handlers-for.ts'
import { settingsHandlers } from './settings.ts'

/** Every call of the contract and what answers it. */
export function createHandlers(stage: Stage, session: SessionService): Handlers<KithContract> {
  const runtime = () => session.open()?.runtime
  const whyClosed = () => fail(session.whyClosed())
  return withStoreFailures({
    ...sessionHandlers(session),
    ...whileOpen(whitelistCalls, () => runtime()?.handlers, whyClosed),
    ...whileOpen(mailCalls, () => session.open()?.mail?.service.handlers, whyClosed),
    ...administrationHandlers({
      ask: () => runtime()?.ask,
      whyClosed,
      roleDoubtful: session.tellStanding,
      keysMoved: async () => runtime()?.sync.sync(),
    }),
    ...settingsHandlers(stage),
    ...diagnosticsHandlers(stage.ports, session),
  })
}
