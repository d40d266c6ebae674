/** Every operation of the administration service: read this first. */
import type { Operation } from '../operation.ts'
import { contactOperations } from './contacts.ts'
import { controlOperations } from './control.ts'
import { deviceOperations } from './devices.ts'
import { keyOperations } from './keys.ts'
import { organisationOperations } from './organisation.ts'
import { requestOperations } from './requests.ts'
import { signingOperations } from './signing.ts'
import { userOperations } from './users.ts'

export const adminOperations: readonly Operation[] = [
  ...organisationOperations,
  ...userOperations,
  ...contactOperations,
  ...controlOperations,
  ...deviceOperations,
  ...requestOperations,
  ...keyOperations,
  ...signingOperations,
]

export const operationsByName: ReadonlyMap<string, Operation> = new Map(adminOperations.map((one) => [one.name, one]))
