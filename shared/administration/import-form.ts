/** How a source of contacts is told to those who look after it. */
import { z } from 'zod'
import { time } from './time.ts'

/** `rows`: the first that were left out, or why nothing was taken; `at`: of the last reading. */
export const importForm = z
  .object({
    name: z.string(),
    kind: z.string(),
    for: z.string(),
    state: z.enum(['never', 'taken', 'refused']),
    at: time.exactOptional(),
    left: z.number().int(),
    rows: z.array(
      z
        .object({
          line: z.number().int().exactOptional(),
          where: z.string().exactOptional(),
          why: z.string(),
          code: z.string().exactOptional(),
          what: z.string().exactOptional(),
        })
        .meta({ id: 'ImportRow' }),
    ),
  })
  .meta({ id: 'Import' })
/** A source of contacts, and what its last reading came to. */
export type AdminImport = Readonly<z.infer<typeof importForm>>
