/** Who may ask what of the administration: the one place that decides, before any handler. */
import type { AdminAskName } from '../../../../shared/administration.ts'
import type { AskInput } from '../../../../shared/asks.ts'
import { fail } from '../../../../shared/rpc.ts'
import { adminUntil } from '../../../accounts/admin-session.ts'
import { type Change, changeSchema, isAtLeast, type Role, roleFor } from '../../../administration/change.ts'
import type { Service } from '../../service.ts'
import type { AskHandler } from '../handler.ts'

/** `outside`: also before the administration is opened. The rest reads, except for what `roleToChange` looks into. */
const needs: { readonly [N in AdminAskName]: { readonly role: Role; readonly outside?: true } } = {
  'admin.state': { role: 'auditor', outside: true },
  'admin.setUp': { role: 'auditor', outside: true },
  'admin.confirm': { role: 'auditor', outside: true },
  'admin.open': { role: 'auditor', outside: true },
  'admin.close': { role: 'auditor', outside: true },
  'admin.overview': { role: 'auditor' },
  'admin.users': { role: 'auditor' },
  'admin.user': { role: 'auditor' },
  'admin.contacts': { role: 'auditor' },
  'admin.why': { role: 'auditor' },
  'admin.groups': { role: 'auditor' },
  'admin.members': { role: 'auditor' },
  'admin.rules': { role: 'auditor' },
  'admin.audit': { role: 'auditor' },
  'admin.verify': { role: 'auditor' },
  'admin.proposals': { role: 'auditor' },
  'admin.requests': { role: 'auditor' },
  'admin.releases': { role: 'auditor' },
  'admin.decide': { role: 'administrator' },
  'admin.change': { role: 'operator' },
  'admin.undo': { role: 'operator' },
  'admin.keys': { role: 'auditor' },
  'admin.keyStep': { role: 'administrator' },
  'admin.access': { role: 'administrator' },
}

export function gated<N extends AdminAskName>(name: N, handler: AskHandler<N>): AskHandler<N> {
  return async (service, caller, input) => {
    const { role } = caller
    const { role: least, outside } = needs[name]
    if (!role || !isAtLeast(role, least)) return fail('notAllowed')
    if (!outside && (await adminUntil(service, caller.sid, true)) === undefined) return fail('secondFactor')
    const changes = await changesOf(service, name, input)
    if (!changes.every((change) => isAtLeast(role, roleFor(change)))) return fail('notAllowed')
    return handler(service, caller, input)
  }
}

/** What the ask would change; what is no change is the handler's to refuse. */
async function changesOf(service: Service, name: AdminAskName, input: unknown): Promise<readonly Change[]> {
  if (name === 'admin.change') {
    const { changes } = input as AskInput<'admin.change'>
    return changes.flatMap((change) => changeSchema.safeParse(change).data ?? [])
  }
  if (name !== 'admin.undo') return []
  const { n } = input as AskInput<'admin.undo'>
  const undo = (await service.store.administration.audit(n))?.undo ?? ''
  return undo === '' ? [] : changeSchema.array().parse(JSON.parse(undo))
}
