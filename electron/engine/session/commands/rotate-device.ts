/**
 * Makes new keys for this device, at the administrator's command. The new pair is first kept beside the old one and
 * then told to the server, signed by the old one. A break between the server's step and ours leaves the server with
 * one pair and this device with both; the other pair is then tried.
 */
import { toBase64 } from '../../../../shared/whitelist/bytes/encoding.ts'
import { signRekey } from '../../../../shared/whitelist/request.ts'
import { vaultDependencies } from '../../account/account-store.ts'
import type { DeviceKeys } from '../../keys/device-keys.ts'
import { primitives } from '../../keys/primitives.ts'
import { makeKeys } from '../../keys/vault.ts'
import type { Opened, Stage } from '../stage/stage.ts'

/** Milliseconds for one call: the session's other verbs wait meanwhile. */
const callLimit = 10_000

/** Whether the server knows the new keys now. Otherwise the command stays, and is carried out at the next contact. */
export async function rotateDevice(stage: Stage, opened: Opened): Promise<boolean> {
  const { vault } = opened.runtime.store
  const reached = (step: string) => stage.ports.log.info('rotate', { step })
  // A pair that is there already is one whose telling was cut off: a third pair would leave the server with a lost one.
  if (!vault.keys.other) {
    const { dsig, dbox } = makeKeys(vaultDependencies(stage.ports, opened.runtime.store.place))
    vault.replaceKeys({ ...vault.keys, other: { dsig, dbox } })
    reached('made')
  }
  let told = await tellServer(opened, vault.keys, vault.keys.other)
  if (told === 'notMine') {
    // The server has taken the next pair already, and we did not hear of it.
    vault.replaceKeys(swapped(vault.keys))
    told = await tellServer(opened, vault.keys, vault.keys)
    if (told !== 'taken') vault.replaceKeys(swapped(vault.keys))
  } else if (told === 'taken') {
    reached('told')
    vault.replaceKeys(swapped(vault.keys))
  }
  if (told !== 'taken') return false
  // The old pair goes last, when the server's answer has shown that it is of no use any more.
  const { other: _gone, ...kept } = vault.keys
  vault.replaceKeys(kept)
  reached('kept')
  return true
}

/** The other pair of keys first. */
export function swapped(keys: DeviceKeys): DeviceKeys {
  const { dsig, dbox, other } = keys
  return other ? { ...keys, ...other, other: { dsig, dbox } } : keys
}

/** `notMine`: the server knows this device by other keys. */
async function tellServer(
  { runtime }: Opened,
  { device }: DeviceKeys,
  next: Pick<DeviceKeys, 'dsig' | 'dbox'> | undefined,
): Promise<'taken' | 'notMine' | 'later'> {
  if (!next) return 'later'
  const DsigPk = toBase64(primitives.signPublicKey(next.dsig))
  const DboxPk = toBase64(primitives.boxPublicKey(next.dbox))
  const answer = await runtime.calls.call(
    'Rekey',
    (common) => {
      const proof = signRekey(primitives, { usr: common.usr, dev: device, DsigPk, DboxPk }, next.dsig)
      return { ...common, DsigPk, DboxPk, proof: toBase64(proof) }
    },
    { timeout: callLimit },
  )
  if (answer.ok) return 'taken'
  return answer.fault === 'BadSignature' ? 'notMine' : 'later'
}
