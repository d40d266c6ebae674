/** What every operation of the SOAP service gets, and what it gives back. One file for each operation; the index is dispatch.ts. */
import type { Checked } from '../../shared/failures.ts'
import type { SoapFault } from '../../shared/soap/faults.ts'
import type { Envelope } from '../../shared/soap/reader.ts'
import type { MailServers } from '../../shared/whitelist/login.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Sessions } from '../accounts/sessions.ts'
import type { Clock } from '../ground/clock.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { Material } from '../lists/material.ts'
import type { Log } from '../monitoring/log.ts'
import type { Metrics } from '../monitoring/metrics.ts'
import type { Organisations } from '../organisation/organisation.ts'
import type { PolicySupervisor } from '../policy/policy-supervisor.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { Hub } from './push/hub.ts'

/** Made once by `processes/serve.ts`; operations keep nothing between calls but what is here. */
export type Service = {
  readonly config: Config
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly material: Material
  /** Kept between calls: reading people and rules anew for each would cost more than all the rest. */
  readonly organisations: Organisations
  readonly hub: Hub
  /** F and S. P is never here. */
  readonly keys: KeyRing
  readonly mail: MailServers
  /** Held waits by user and device: a device waits once. */
  readonly waits: Map<string, () => void>
  /** How much of a list's news each device has been told of, by `user device`. */
  readonly newsTold: Map<string, number>
  /** Has the policy process, which alone holds P and opens R, do what needs them. */
  readonly policy: Pick<PolicySupervisor, 'ask'>
  readonly url: () => string
  /** The server's certificate, for enrolment codes; absent over plain HTTP. */
  readonly cert?: string
  /** `spared`: nobody is asked for an authenticator, as in the demo. */
  readonly authenticator?: 'spared'
}

/** One call: an envelope that was read, and where it came from. `ip` counts for limits only. */
export type Call = {
  readonly envelope: Envelope
  readonly ip: string
  /** Aborted when the caller went away or the server ends. */
  readonly gone: AbortSignal
}

/** The fields of the answer's element, or a fault, which is unsigned (protocol.md 10). */
export type CallAnswer = Checked<ReadonlyMap<string, string>, SoapFault>

/** The answer that an operation did not succeed. `more`: when to try again and the like. */
export function fault(
  code: SoapFault['code'],
  more: Omit<SoapFault, 'code'> = {},
): Extract<CallAnswer, { readonly ok: false }> {
  return { ok: false, fault: { code, ...more } }
}

/** For operations that only say that they are done. */
export const emptyAnswer: CallAnswer = { ok: true, value: new Map() }
