/** Messages that the guard held: what every face shows of them, and what it may ask for. */
import { z } from 'zod'
import { closedFailures as closed } from './failures.ts'
import { heldReasonSchema } from './quarantine.ts'

const noFields = z.strictObject({})
const id = z.string().min(1).max(200)

/** A held message as every face shows it: a claim, never a contact's message. `at`: milliseconds since the epoch. */
export const heldSchema = z.object({
  id: z.string(),
  /** As the message claims; never to be shown as a contact's name. */
  claimedName: z.string(),
  claimedAddress: z.string(),
  subject: z.string(),
  at: z.number(),
  rule: z.string(),
  reason: heldReasonSchema,
  /** The contact that it claims to be or resembles. */
  contactName: z.string().optional(),
  contactAddress: z.string().optional(),
})
/** A message that the guard held, with the rule. */
export type HeldMessage = z.infer<typeof heldSchema>

/** One held message, or all that claim its sender. */
const heldChoice = z.strictObject({ id, scope: z.enum(['message', 'sender']) })
/** Which held messages something is done to. */
export type HeldChoice = z.infer<typeof heldChoice>
/** `count`: to how many it was done. */
const choosing = {
  input: heldChoice,
  output: z.object({ count: z.number() }),
  failures: [...closed, 'notFound'],
} as const

/** The calls of the contract about them. */
export const heldCalls = {
  'held.list': {
    input: z.strictObject({ from: z.number().int().min(0).max(1_000_000), count: z.number().int().min(1).max(500) }),
    /** `unseen`: how many the user has not looked at. `keptLooked`: up to which number of what the gateway keeps he has. */
    output: z.object({ total: z.number(), unseen: z.number(), keptLooked: z.number(), held: z.array(heldSchema) }),
    failures: closed,
  },
  /** `ofSender`: how many held messages claim the same sender; 0 where this one names none. */
  'held.get': {
    input: z.strictObject({ id }),
    output: z.object({ held: heldSchema, text: z.string(), ofSender: z.number() }),
    failures: [...closed, 'notFound'],
  },
  /** The user sees the list, and what the gateway keeps up to that number: nothing of it is new any more. */
  'held.looked': { input: z.strictObject({ kept: z.number().int().min(0) }), output: noFields, failures: closed },
  /** Out of the list; it stays in the mailbox, and is judged again as every other. */
  'held.dismiss': choosing,
  /** Takes a dismissal back. */
  'held.restore': choosing,
  /** Into the mail server's folder for deleted mail, or off the server where it has none; off line, as soon as it can be reached. */
  'held.delete': choosing,
} as const
