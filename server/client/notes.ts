/** The small operations: Logout, Ack, Report (protocol.md 5.4, 6 and 9). */
import { authenticate } from './authenticate.ts'
import { type Call, type CallAnswer, emptyAnswer, type Service } from './service.ts'

/** Answers Logout: the session ends. */
export async function logout(service: Service, call: Call): Promise<CallAnswer> {
  const asked = await authenticate(service, 'Logout', call)
  if (!asked.ok) return asked
  await service.sessions.close(asked.value.sid)
  return emptyAnswer
}

/** An applied version, or how far a command has been carried out. */
export async function ack(service: Service, call: Call): Promise<CallAnswer> {
  const asked = await authenticate(service, 'Ack', call)
  if (!asked.ok) return asked
  const { device, request } = asked.value
  // Only this device's own commands: the store looks for the id under the caller's name.
  if (request.cmd !== undefined && request.step !== undefined) {
    await service.store.devices.setCommand(device, request.cmd, request.step)
    service.log.info('command', { user: device.user, device: device.id, kind: request.step })
  } else {
    await service.store.devices.acknowledge(device, { epoch: request.ep, version: request.ver, head: request.head })
  }
  return emptyAnswer
}

/** A client refused an answer: an administrator should know. */
export async function report(service: Service, call: Call): Promise<CallAnswer> {
  const asked = await authenticate(service, 'Report', call)
  if (!asked.ok) return asked
  const { device, request } = asked.value
  const told = { user: device.user, device: device.id, kind: request.what }
  // Kept, not only logged: an alarm means that somebody served two truths, and logs are rotated.
  await service.store.journal.addReport({ ...told, at: service.clock.now() })
  const fields = { ...told, version: request.ver }
  if (request.alarm) service.log.error('alarm', fields)
  else service.log.warn('report', fields)
  return emptyAnswer
}
