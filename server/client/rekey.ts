/** Rekey: a device that an administrator told to (`device rotate`) brings its next keys, signed by those that it has. */
import { fromBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { verifyRekey } from '../../shared/whitelist/request.ts'
import { commandOf } from '../administration/devices/device-moves.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import { authenticate } from './authenticate.ts'
import { type Call, type CallAnswer, emptyAnswer, fault, type Service } from './service.ts'

/** The same keys again are taken again: the device may not have heard the first answer. */
export async function rekey(service: Service, call: Call): Promise<CallAnswer> {
  const asked = await authenticate(service, 'Rekey', call)
  if (!asked.ok) return asked
  const { device, request } = asked.value
  const { DsigPk: dsig, DboxPk: dbox } = request
  const box = fromBase64(dbox, 32)
  // As at login, a box key of low order is refused (protocol.md 5.3).
  if (!box || !primitives.boxKey(box, randomBytes(32)) || !verifyRekey(primitives, request)) return fault('BadRequest')
  const taken = await service.store.transaction(async (inside) => {
    const waiting = await inside.devices.commands(device.user, device.id)
    // Only while an administrator's command waits (protocol.md 9): a stolen device must not change its keys by
    // itself.
    if (!waiting.some((row) => commandOf(row.bytes).cmd === 'rotate')) return false
    await inside.devices.setKeys(device, { dsig, dbox })
    return true
  })
  if (!taken) return fault('BadRequest')
  service.log.info('rekey', { user: device.user, device: device.id })
  return emptyAnswer
}
