/** What is told of the anchor of the audit log: up to which line the policy key has signed it (protocol.md 16). */
import { z } from 'zod'

const line = z.number().int().min(0)

/** `fault`: how the log differs from the one that was signed; `since`: the line that was signed first. */
export const anchorShape = {
  fault: z.enum(['shorter', 'other', 'unsigned']).exactOptional(),
  anchored: line.exactOptional(),
  anchoredAt: z.number().int().meta({ format: 'time' }).exactOptional(),
  since: line.exactOptional(),
}
