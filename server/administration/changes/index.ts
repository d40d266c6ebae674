/** Every change and its handler: read this first. */
import type { Change, ChangeOf, ChangeOp } from '../../../shared/administration/change.ts'
import type { Applied, Handler, Work } from '../work.ts'
import { addContact, removeContact, setContact } from './contacts.ts'
import { approveDevice, lockDevice, revokeDevice, rotateDevice, unlockDevice } from './devices.ts'
import { joinGroup, leaveGroup, putGroup, removeGroup } from './groups.ts'
import { refuseRelease, releaseKept } from './quarantine.ts'
import { linkRequest, refuseRequest } from './requests.ts'
import { denyAddress, openDomain, openUnits, removeRule, setPolicy, setRole } from './rules.ts'
import { addUser, disableUser, enableUser, setUser } from './users.ts'

const handlers: { readonly [O in ChangeOp]: Handler<ChangeOf<O>> } = {
  'contact.add': addContact,
  'contact.set': setContact,
  'contact.remove': removeContact,
  'user.add': addUser,
  'user.set': setUser,
  'user.disable': disableUser,
  'user.enable': enableUser,
  'group.put': putGroup,
  'group.remove': removeGroup,
  'group.join': joinGroup,
  'group.leave': leaveGroup,
  'policy.set': setPolicy,
  'rule.open': openUnits,
  'rule.domain': openDomain,
  'rule.deny': denyAddress,
  'rule.remove': removeRule,
  'device.approve': approveDevice,
  'device.lock': lockDevice,
  'device.unlock': unlockDevice,
  'device.rotate': rotateDevice,
  'device.revoke': revokeDevice,
  'request.link': linkRequest,
  'request.refuse': refuseRequest,
  'quarantine.release': releaseKept,
  'quarantine.refuse': refuseRelease,
  'role.set': setRole,
}

/** Applies one change in the transaction under way. `index`: its place among those of the run, for faults. */
export function applyChange<O extends ChangeOp>(
  work: Work,
  change: ChangeOf<O> & Change,
  index: number,
): Promise<Applied> {
  const handler: Handler<ChangeOf<O>> = handlers[change.op]
  return handler(work, change, index)
}
