/** What changes the organisation: an operation for each change of its own name, many at once, and taking lines of the log back. */
import { z } from 'zod'
import { type ChangeOp, changeForm, changeSchema, fieldsOf, roleFor } from '../../../shared/administration/change.ts'
import { type DeedOutcome, outcomeForm } from '../../../shared/administration/deeds.ts'
import { faultOfReason } from '../audit.ts'
import { scopeFor } from '../tokens.ts'
import { changesBack, undo } from '../undo.ts'
import { deed, failedBy, type Operation, refusedBy } from './operation.ts'
import { asked, carry, makeChanges } from './outcome.ts'

/** An operation that is one change, with its fields. `names`: other names for some of them, that every language can write. */
export function changing(name: string, op: ChangeOp, names: Readonly<Record<string, string>> = {}): Operation {
  const renamed = Object.entries(fieldsOf(op)).map(([field, schema]) => [names[field] ?? field, schema])
  const fields: z.core.$ZodLooseShape = Object.fromEntries(renamed)
  // The form has the names that other languages can write, the change has its own.
  const back = new Map(Object.entries(names).map(([field, given]) => [given, field]))
  return deed({
    name,
    role: roleFor({ op }),
    scope: scopeFor({ op }),
    input: z.strictObject({ ...fields, ...asked }),
    output: outcomeForm,
    work(desk, { why, dryRun, explain, ...given }) {
      const entries = Object.entries(given).map(([field, value]) => [back.get(field) ?? field, value])
      const change = changeSchema.parse({ op, ...Object.fromEntries(entries) })
      return makeChanges(desk, [change], { why, dryRun, explain })
    },
  })
}

/** All or none. */
export const runBatch = deed({
  name: 'RunChanges',
  role: 'operator',
  scope: 'read',
  input: z.strictObject({ changes: z.array(changeForm).min(1), ...asked }),
  output: outcomeForm,
  work: (desk, { changes, ...options }) => makeChanges(desk, changes, options),
})

/** Lines of the audit log, `last` included; without it one line. */
export const undoLines = deed({
  name: 'Undo',
  role: 'operator',
  scope: 'read',
  input: z.strictObject({
    first: z.number().int().min(1),
    last: z.number().int().min(1).optional(),
    ...asked,
  }),
  output: outcomeForm,
  async work(desk, { first, last = first, why = '', ...options }) {
    const lines = { first, last }
    // Taking a change back is a change, too: it needs what the change itself would need.
    const beyond = desk.beyond(await changesBack(desk.store, lines))
    if (beyond) return failedBy(beyond)
    // The numbers alone are no reason.
    const unreasoned = options.dryRun === true ? undefined : await faultOfReason(desk.store, why)
    if (unreasoned) return refusedBy(unreasoned)
    const reason = `undo ${first === last ? first : `${first}-${last}`}${why === '' ? '' : `: ${why}`}`
    return carry(desk, (more) => undo(desk, lines, more), { ...options, why: reason })
  },
})

/** What a deed that changes no list comes to. */
export const nothingChanged: DeedOutcome = { state: 'done', lists: [], audit: [] }
