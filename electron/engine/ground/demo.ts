/** The embedded demo server that a first run offers. */
import type { z } from 'zod'
import type { demoSchema } from '../../../shared/contract.ts'

export type Demo = z.infer<typeof demoSchema>
