/** Every ask of the administration and its handler, each behind the gate: read this and gate.ts first. */
import type { AdminAskName } from '../../../../shared/administration.ts'
import type { AskHandlers } from '../handler.ts'
import { controlAsks } from './control.ts'
import { gated } from './gate.ts'
import { keyAsks } from './keys.ts'
import { openingAsks } from './opening.ts'
import { organisationAsks } from './organisation.ts'
import { peopleAsks } from './people.ts'

type AdminHandlers = Pick<AskHandlers, AdminAskName>

const handlers: AdminHandlers = { ...openingAsks, ...organisationAsks, ...peopleAsks, ...controlAsks, ...keyAsks }

function behindTheGate<N extends AdminAskName>(name: N): Pick<AdminHandlers, N> {
  return { [name]: gated(name, handlers[name]) } as Pick<AdminHandlers, N>
}

export const administrationAsks: AdminHandlers = Object.assign(
  {},
  ...(Object.keys(handlers) as AdminAskName[]).map(behindTheGate),
)
