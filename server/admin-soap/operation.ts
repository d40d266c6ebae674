/** How an operation is declared: its name, form, needed scope and work, once. Reader, writer, check and WSDL follow from it. */
import { z } from 'zod'
import { type Note, noteAs } from '../administration/audit.ts'
import type { TokenHolder, TokenScope } from '../administration/tokens.ts'
import type { Service } from '../client/service.ts'
import { type Answer, failed } from './faults.ts'

export type AdminService = Pick<Service, 'config' | 'store' | 'clock' | 'log' | 'metrics' | 'policy' | 'url' | 'cert'>

/** One call: who calls, and with what. */
export type Desk = AdminService & {
  readonly holder: TokenHolder
  /** For the audit log. */
  readonly who: string
  readonly note: Note
  /** Aborted when the caller went away. */
  readonly gone: AbortSignal
}

export type Declaration<I extends z.ZodObject, O extends z.ZodObject> = {
  readonly name: string
  /** What the token must open; batches look at each of their changes besides. */
  readonly scope: TokenScope
  readonly input: I
  readonly output: O
  readonly work: (desk: Desk, input: z.output<I>) => Promise<Answer<z.input<O>>>
}

export type Operation = Omit<Declaration<z.ZodObject, z.ZodObject>, 'work'> & {
  /** `given`: as it was read, not yet checked. */
  readonly call: (desk: Desk, given: unknown) => Promise<Answer<unknown>>
}

export function operation<I extends z.ZodObject, O extends z.ZodObject>(declared: Declaration<I, O>): Operation {
  const { work, ...rest } = declared
  return {
    ...rest,
    async call(desk, given) {
      const parsed = declared.input.safeParse(given)
      if (parsed.success) return work(desk, parsed.data)
      const [issue] = parsed.error.issues
      return failed('BadRequest', { place: issue?.path.join('.') ?? '', why: issue?.message ?? 'unreadable' })
    },
  }
}

export function deskOf(service: AdminService, holder: TokenHolder, gone: AbortSignal): Desk {
  const who = `${holder.name}@token`
  const note = noteAs({ clock: service.clock, who, via: 'soap' })
  return { ...service, holder, who, note, gone }
}

/** Times as XML has them. */
export const time = z.iso.datetime()

export function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
