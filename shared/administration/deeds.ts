/** What deeds come to, once: the SOAP service with its WSDL and the command line have these forms. */
import { z } from 'zod'
import { time } from './time.ts'

const number = z.number().int()

/** A contact that comes into a list, is another one there, or leaves it. */
export const listedPersonForm = z.object({
  change: z.enum(['added', 'changed', 'removed']),
  name: z.string(),
  address: z.string(),
})
/** One contact in what a change does to a list. */
export type ListedPerson = Readonly<z.output<typeof listedPersonForm>>

/**
 * What changes come to. `pending`: the proposal waits for a second person (`approval`) or for whoever holds the policy key
 * (`signature`). `lists`: those that got a new version. `audit`: numbers of the lines in the log.
 */
export const outcomeForm = z.object({
  state: z.enum(['done', 'pending', 'dryRun']),
  proposal: z.string().exactOptional(),
  needs: z.enum(['approval', 'signature']).exactOptional(),
  lists: z.array(
    z
      .object({
        user: z.string(),
        version: number,
        added: number,
        changed: number,
        removed: number,
        /** Where it was asked for, of a dry run: the first of those whom it adds, changes and removes. */
        people: z.array(listedPersonForm.meta({ id: 'ListedPerson' })).exactOptional(),
      })
      .meta({ id: 'ListChange' }),
  ),
  audit: z.array(number),
  /** Where it was asked for, of a dry run: each change with JSON of what it finds and makes. */
  changes: z
    .array(
      z
        .object({ op: z.string(), target: z.string(), before: z.string(), after: z.string() })
        .meta({ id: 'TriedChange' }),
    )
    .exactOptional(),
  /** Where it was asked for: which change adds an address that looks like a known one, and like which. */
  warnings: z.array(z.object({ index: number, why: z.string() }).meta({ id: 'Warning' })).exactOptional(),
})
/** What came of changes: carried out, tried, or kept until somebody else has seen them. */
export type DeedOutcome = Readonly<z.output<typeof outcomeForm>>

/** An enrolment code, and until when it may be used. */
export const enrolmentForm = z.object({ code: z.string(), until: time })

/** What lets somebody sign in, made by the server and told once. */
export const accessForm = z.object({
  password: z.string().exactOptional(),
  enrolment: enrolmentForm.meta({ id: 'Enrolment' }).exactOptional(),
})

/** The manifest that lists the keys from now on. */
export const manifestForm = z.object({ version: number, epoch: number, expires: time })
