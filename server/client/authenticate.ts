/** Who calls: device signature, rising number, session, state, in this order (protocol.md 4 and 5). */
import type { Checked } from '../../shared/failures.ts'
import type { SoapFault } from '../../shared/soap/faults.ts'
import { operations, readContext, readFields } from '../../shared/soap/operations.ts'
import { fromBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { decodeRequest, type RequestAction, type RequestOf, verifyRequest } from '../../shared/whitelist/request.ts'
import { primitives } from '../ground/primitives.ts'
import type { DeviceRow } from '../store/tables.ts'
import { type Call, fault, type Service } from './service.ts'

/** Whoever signed the request, and what was asked. */
export type Caller<A extends RequestAction> = {
  readonly device: DeviceRow
  readonly sid: string
  readonly request: RequestOf<A>
  /** False for a locked or revoked device, which may only fetch the command that waits for it. */
  readonly live: boolean
}

/** What a revoked device may still do (protocol.md 9). */
const openToRevoked: ReadonlySet<RequestAction> = new Set<RequestAction>(['Sync', 'Ack'])

/**
 * Checks a call and gives its device and request, or the fault to answer with. The request's number is taken: a
 * second call with it is a replay.
 */
export async function authenticate<A extends RequestAction>(
  service: Service,
  action: A,
  { envelope }: Pick<Call, 'envelope'>,
): Promise<Checked<Caller<A>, SoapFault>> {
  const context = readContext(envelope.header)
  const bytes = readFields(operations[action].request, envelope.fields)?.b
  const request = bytes && decodeRequest(action, bytes)
  if (!context || !bytes || !request || request.dev !== context.dev) return fault('BadRequest')
  const device = await service.store.devices.get(request.usr, request.dev)
  const key = device && fromBase64(device.dsig, 32)
  const call = { action, sid: context.sid, bytes }
  if (!device || !key || !verifyRequest(primitives, call, context.sig, key)) return fault('BadSignature')
  // After the signature: a stranger's number must not use up the device's. Before the session: a replay learns
  // nothing of it.
  if (!(await service.store.devices.takeSeq(device, request.seq, service.clock.now()))) return fault('Replay')
  const standing = await standingOf(service, device, { action, sid: context.sid })
  if (standing !== 'live' && standing !== 'dead') return fault(standing)
  return { ok: true, value: { device, sid: context.sid, request, live: standing === 'live' } }
}

type Standing = 'live' | 'dead' | 'SessionExpired' | 'DevicePending' | 'DeviceRevoked'

async function standingOf(
  service: Service,
  device: DeviceRow,
  { action, sid }: { readonly action: RequestAction; readonly sid: string },
): Promise<Standing> {
  if (device.state === 'pending') return 'DevicePending'
  if (device.state !== 'active') return openToRevoked.has(action) ? 'dead' : 'DeviceRevoked'
  return (await hasSession(service, device, sid)) ? 'live' : 'SessionExpired'
}

/** Whether the session is this device's and has not ended. */
export async function hasSession(
  service: Service,
  device: Pick<DeviceRow, 'user' | 'id'>,
  sid: string,
): Promise<boolean> {
  const session = await service.sessions.find(sid)
  return session !== undefined && session.user === device.user && session.device === device.id
}
