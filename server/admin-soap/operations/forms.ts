/** Forms that several operations share, taken from the schemas of what they do. */
import { z } from 'zod'
import { type Change, type ChangeOp, changeSchema } from '../../administration/change.ts'

export const page = {
  from: z.number().int().min(0).optional(),
  count: z.number().int().min(1).max(10_000).optional(),
}

const options: readonly z.ZodObject[] = changeSchema.options

/** A batch's change. */
export const changeForm = z
  .discriminatedUnion('op', options.map(withoutOrigin) as never)
  .meta({ id: 'Change' }) as unknown as z.ZodType<Change, Change>

/** Where an entry came from is for imports to say. */
function withoutOrigin(option: z.ZodObject): z.ZodObject {
  return 'from' in option.shape ? option.omit({ from: true }) : option
}

/** The fields of a change, for the operation of the same meaning. */
export function fieldsOf(op: ChangeOp): z.core.$ZodShape {
  const option = options.find(({ shape }) => shape.op instanceof z.ZodLiteral && shape.op.value === op)
  if (!option) throw new Error(`there is no change ${op}`)
  const { op: _op, ...fields } = withoutOrigin(option).shape
  return fields
}
