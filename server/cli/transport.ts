/** How a command has an operation done: here, on an opened data folder, or by a server elsewhere. The same names, answers and faults. */
import type { z } from 'zod'
import type { Answer } from '../admin-soap/faults.ts'
import type { Administration } from '../administration/administer.ts'

export type Transport = {
  /** Throws `Unreachable`; an operation that does not exist is a bug, one that is refused an answer. */
  call<S extends z.ZodType>(name: string, given: unknown, answer: S): Promise<Answer<z.output<S>>>
  /** The opened data folder; absent where the server is elsewhere. */
  readonly administration?: Administration
}

/** Where a command works, as its options say. */
export type Place = {
  /** The data folder, unless the server is elsewhere. */
  readonly data: string
  /** Address of a server elsewhere, the file of a token for it, and the SHA-256 of its certificate. */
  readonly remote?: string | undefined
  readonly tokenFile?: string | undefined
  readonly pin?: string | undefined
  /** The server's address for enrolment codes, where the settings do not tell it. */
  readonly url?: string | undefined
}
