/** Every operation of the service: all that there are, none of which is declared here. */
import { administrativeOperations } from '../administration/operations/index.ts'
import type { Operation } from '../administration/operations/operation.ts'
import { signingOperations } from './signing-operations.ts'

export const adminOperations: readonly Operation[] = [...administrativeOperations, ...signingOperations]

/** The same by the name that a call's element has. */
export const operationsByName: ReadonlyMap<string, Operation> = new Map(adminOperations.map((one) => [one.name, one]))
