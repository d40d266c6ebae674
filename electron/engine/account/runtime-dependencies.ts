/** What one open account is made from, and what it tells whoever opened it. */
import type { ListChange, WhitelistStatus } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/rpc.ts'
import type { Command } from '../../../shared/whitelist/command.ts'
import type { Ports } from '../ground/ports.ts'
import type { Identity } from '../keys/identity.ts'
import type { ServerLink } from '../link/server-link.ts'
import type { RequestEvents } from '../whitelist/requests.ts'
import type { AccountStore } from './account-store.ts'

/** Called as things happen; none of them may wait for the account. */
export type RuntimeEvents = {
  /** How old the list is and how its last sync went. */
  readonly status: (status: WhitelistStatus) => void
  /** A newer list is in force and stored. */
  readonly listChanged: (change: ListChange) => void
  /** The server answered after a time without answers, or for the first time. */
  readonly online: () => void
  /** Contact requests moved; how many wait for the user's answer. */
  readonly requests: RequestEvents
  /** Something beside the list may have moved on the server. */
  readonly news: () => void
  /** Returns whether the connection goes on trying. */
  readonly failed: (failure: Failure) => 'tryAgain' | 'stop'
  /** Verified and remembered commands; one that is carried out already comes again until the server knows. */
  readonly command: (command: Command) => void
}

/** What opening an account takes; the runtime owns store and link from then on. */
export type RuntimeDependencies = {
  readonly ports: Ports
  readonly store: AccountStore
  readonly identity: Identity
  readonly link: ServerLink
  readonly events: RuntimeEvents
}
