/** Faults (protocol.md section 10). No fault may loosen or destroy anything: it is unsigned. */
import { maxReasonLength } from './limits.ts'
import { kithNamespace, soapNamespace } from './namespaces.ts'
import type { XmlElement } from './xml.ts'

/** Every fault, by the name that stands in `Code/Subcode`. */
export const faultCodes = [
  'AuthFailed',
  'Locked',
  'DevicePending',
  'DeviceRevoked',
  'SessionExpired',
  'BadSignature',
  'Replay',
  'StaleNonce',
  'ClockSkew',
  'VersionUnknown',
  'UpgradeRequired',
  'TooLarge',
  'BadRequest',
  'RateLimited',
  'Busy',
  'Internal',
] as const
/** The kind of a fault, as the protocol names it. */
export type FaultCode = (typeof faultCodes)[number]

const faultWhys = ['strangers', 'mailServer'] as const
type FaultWhy = (typeof faultWhys)[number]

/** A fault as both ends have it; what does not belong to its kind is absent. */
export type SoapFault = {
  readonly code: FaultCode
  /** Plain text for logs only; never shown, never decided by. */
  readonly reason?: string
  /** Milliseconds to wait: `Locked`, `RateLimited`, `Busy`. */
  readonly retryAfter?: number
  /**
   * `strangers` (`Locked`): devices that the account does not know used up what they share, and with an enrolment code there is
   * no wait. `mailServer` (`Busy`): it checks the passwords and cannot be asked.
   */
  readonly why?: FaultWhy
  /** The server's clock: `ClockSkew`. */
  readonly now?: number
  /** `UpgradeRequired`, as `major.minor.patch`. */
  readonly minClient?: string
}

/** HTTP status that goes with a fault (SOAP 1.2 part 2, table 20; 413 and 503 as section 10 asks). */
export function httpStatusOf(code: FaultCode): 400 | 413 | 500 | 503 {
  if (code === 'TooLarge') return 413
  if (code === 'Busy' || code === 'RateLimited') return 503
  return isReceiverFault(code) ? 500 : 400
}

/** Whether the fault lies with the server: SOAP's `Receiver`, not `Sender`. */
export function isReceiverFault(code: FaultCode): boolean {
  return code === 'Internal' || code === 'Busy' || code === 'RateLimited'
}

/** Reads `s:Fault`. One of an unknown kind is `Internal`: back off, the old list stays in force. */
export function readFault(element: XmlElement): SoapFault {
  const value = text(element, 'Code', 'Subcode', 'Value')
  const code = faultCodes.find((known) => known === value?.slice(value.indexOf(':') + 1).trim()) ?? 'Internal'
  const reason = text(element, 'Reason', 'Text')
  const detail = child(element, 'Detail')
  const retryAfter = integer(detail, 'retryAfter')
  const whyText = detail && child(detail, 'why', kithNamespace)?.text
  const why = faultWhys.find((known) => known === whyText)
  const now = integer(detail, 'now')
  const minClient = detail && child(detail, 'minClient', kithNamespace)?.text
  return {
    code,
    ...(reason !== undefined && { reason: plainReason(reason) }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(why !== undefined && { why }),
    ...(now !== undefined && { now }),
    ...(minClient !== undefined && /^\d{1,6}\.\d{1,6}\.\d{1,6}$/.test(minClient) && { minClient }),
  }
}

/** A reason fit for a log line: printable ASCII, short. */
export function plainReason(reason: string): string {
  return reason.slice(0, maxReasonLength).replace(/[^\x20-\x7e]/g, '?')
}

function child(element: XmlElement, local: string, uri = soapNamespace): XmlElement | undefined {
  return element.children.find((candidate) => candidate.local === local && candidate.uri === uri)
}

function text(element: XmlElement, ...path: readonly string[]): string | undefined {
  let at: XmlElement | undefined = element
  for (const local of path) at = at && child(at, local)
  return at?.text
}

function integer(detail: XmlElement | undefined, local: string): number | undefined {
  const value = detail && child(detail, local, kithNamespace)?.text
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}
