/** What a thread beside the main one is asked, and what it answers: everything whose time grows with a stranger's message. */
import { z } from 'zod'

const raw = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

const jobSchema = z.discriminatedUnion('kind', [
  /** The hashes of what is delivered (protocol.md 8). */
  z.object({ kind: z.literal('hashes'), raw }),
  /** What IMAP lists of it. */
  z.object({ kind: z.literal('summary'), raw }),
  /** Its MIME tree, for a part that somebody fetches. */
  z.object({ kind: z.literal('tree'), raw }),
  /** Its DKIM signatures; `now`: milliseconds since the epoch. */
  z.object({ kind: z.literal('dkim'), raw, now: z.number() }),
])
export type MessageJob = Readonly<z.infer<typeof jobSchema>>

/** To the thread: a job, or the records that it asked for; `code` where there are none. */
export const toThread = z.union([
  z.object({ id: z.number(), job: jobSchema }),
  z.object({ name: z.string(), texts: z.array(z.string()) }),
  z.object({ name: z.string(), code: z.string() }),
])

/** From the thread: it wants to know a name's records, or is done. */
export const fromThread = z.union([
  z.object({ ask: z.string() }),
  z.object({ id: z.number(), answer: z.unknown() }),
  z.object({ id: z.number(), failed: z.string() }),
])

const fact = z.object({
  domain: z.string(),
  pass: z.boolean(),
  bodyLength: z.boolean(),
  signed: z.array(z.string()),
})

/** The answers by kind of job. */
export const answers = {
  hashes: z.object({ hdr: z.string(), bdy: z.string() }),
  summary: z.object({ envelope: z.string(), structure: z.string() }),
  tree: z.looseObject({}).optional(),
  dkim: z.object({ dkim: z.array(fact), again: z.boolean() }),
} as const
