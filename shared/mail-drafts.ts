/** Mails that were begun: what is kept of them, and the calls about them. */
import { z } from 'zod'
import { closedFailures as closed } from './failures.ts'
import { maxRecipients, maxSubjectLength, maxTextLength } from './message.ts'

/** No address: what was begun lies beside the drafts of conversations, which are called by theirs. */
const id = z.string().regex(/^[0-9a-f]{32}$/u)
const recipients = z.array(z.string().max(320)).max(maxRecipients)
const typed = z.string().max(10_000)

/** A mail that was begun, as the composer shows it; nothing of it is judged yet. */
export const mailDraftSchema = z.strictObject({
  to: recipients,
  cc: recipients,
  bcc: recipients,
  /** What stands in the fields and is no recipient yet. */
  typed: z.strictObject({ to: typed, cc: typed, bcc: typed }),
  subject: z.string().max(maxSubjectLength),
  text: z.string().max(maxTextLength),
  inReplyTo: z.string().max(998).exactOptional(),
})
/** A mail that is being written, kept so that closing the window loses nothing. */
export type MailDraft = Readonly<z.infer<typeof mailDraftSchema>>

const begunMailSchema = z.object({
  id: z.string(),
  /** When it was written in last. */
  at: z.number(),
  /** Of all three fields, named by the list in force; what stands in a field and is no recipient yet has no name. */
  people: z.array(z.object({ address: z.string(), name: z.string() })),
  subject: z.string(),
})
/** A mail that was begun, as a list shows it. */
export type BegunMail = z.infer<typeof begunMailSchema>

/** The calls of the contract about them. */
export const mailDraftCalls = {
  /** The one written in last first. */
  'mailDrafts.list': {
    input: z.strictObject({ search: z.string().max(200) }),
    output: z.object({ drafts: z.array(begunMailSchema) }),
    failures: closed,
  },
  'mailDrafts.get': { input: z.strictObject({ id }), output: mailDraftSchema, failures: [...closed, 'notFound'] },
  /** Without an id it is a new one; under an id it is that one, also where it was removed meanwhile. */
  'mailDrafts.save': {
    input: z.strictObject({ id: id.exactOptional(), draft: mailDraftSchema }),
    output: z.object({ id }),
    failures: closed,
  },
  'mailDrafts.remove': { input: z.strictObject({ id }), output: z.strictObject({}), failures: closed },
} as const
