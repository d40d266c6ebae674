/** A time in a form: `xs:dateTime` in SOAP, ISO 8601 in the JSON of commands. */
import { z } from 'zod'

/** Milliseconds since the epoch. */
export const time = z.number().int().meta({ format: 'time' })
