/** What a fault means to the user (protocol.md section 10). A fault is unsigned: none of these loosens or destroys. */
import { type ServerFailure, unknownDevice } from '../../../shared/failures.ts'
import { assertNever, type Failure } from '../../../shared/rpc.ts'
import type { FaultCode, SoapFault } from '../../../shared/soap/faults.ts'

/** Longest wait believed, in milliseconds: an hour. */
const longestWait = 3_600_000

const waiting: ReadonlySet<ServerFailure> = new Set(['tooManyAttempts', 'rateLimited', 'busy', 'passwordsUnchecked'])

/** The failure that stands for a fault. `headerRetryAfter`: milliseconds, used where the fault itself says nothing. */
export function failureOfFault(fault: SoapFault, headerRetryAfter?: number): Failure<ServerFailure> {
  const kind = fault.code === 'Busy' && fault.why === 'mailServer' ? 'passwordsUnchecked' : kindOf(fault.code)
  const wait = fault.retryAfter ?? headerRetryAfter
  // Bounded, since a fault is unsigned: whoever forges one may make the client wait an hour, and no longer.
  const reason = kind === 'tooManyAttempts' && fault.why === 'strangers' ? { reason: unknownDevice } : {}
  return waiting.has(kind) && wait !== undefined
    ? { kind, detail: { retryAfter: Math.min(Math.max(0, wait), longestWait), ...reason } }
    : { kind }
}

function kindOf(code: FaultCode): ServerFailure {
  switch (code) {
    case 'AuthFailed':
      return 'authFailed'
    case 'Locked':
      return 'tooManyAttempts'
    case 'DevicePending':
      return 'devicePending'
    case 'DeviceRevoked':
      return 'deviceRevoked'
    case 'SessionExpired':
      return 'sessionExpired'
    case 'ClockSkew':
      return 'clockWrong'
    case 'UpgradeRequired':
      return 'serverNewer'
    case 'RateLimited':
      return 'rateLimited'
    case 'VersionUnknown':
      return 'listRefused'
    case 'TooLarge':
      return 'tooLarge'
    case 'Busy':
    case 'Internal':
      return 'busy'
    case 'BadSignature':
    case 'Replay':
    case 'StaleNonce':
    case 'BadRequest':
      return 'internal'
    default:
      return assertNever(code)
  }
}
