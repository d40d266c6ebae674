/** Every operation of administration, each deed and each reading once: read this and operation.ts first. */
import { contactOperations } from './contacts.ts'
import { controlOperations } from './control.ts'
import { importsReading } from './imports.ts'
import { keyOperations } from './keys.ts'
import type { Operation } from './operation.ts'
import { organisationOperations } from './organisation.ts'
import { deviceOperations, peopleOperations } from './people.ts'

export const administrativeOperations: readonly Operation[] = [
  ...organisationOperations,
  ...peopleOperations,
  ...contactOperations,
  ...controlOperations,
  importsReading,
  ...deviceOperations,
  ...keyOperations,
]
