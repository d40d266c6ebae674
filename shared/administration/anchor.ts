/** What is told of the audit log as a whole: whether it holds, and up to which line the policy key has signed it (protocol.md 16). */
import { z } from 'zod'

const line = z.number().int().min(0)

/** `fault`, where it is not the chain that breaks: how the log differs from the one that was signed; `since`: the line that was signed first. */
export const auditStateShape = {
  holds: z.boolean(),
  lines: z.number().int(),
  hash: z.string(),
  broken: z.number().int().exactOptional(),
  fault: z.enum(['shorter', 'other', 'unsigned']).exactOptional(),
  anchored: line.exactOptional(),
  anchoredAt: z.number().int().meta({ format: 'time' }).exactOptional(),
  since: line.exactOptional(),
}
