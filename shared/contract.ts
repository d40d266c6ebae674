/**
 * Every call and event between a face (desktop window, browser page, terminal) and the engine: the bridge, whole.
 * No call returns a key, a sealed byte or a password, and no call names a file.
 */
import { z } from 'zod'
import { askCalls } from './asks.ts'
import { anyCallFailures, closedFailures as closed, openingFailures, serverFailures } from './failures.ts'
import { heldCalls } from './held.ts'
import { languageSchema } from './language.ts'
import { mailDraftCalls } from './mail-drafts.ts'
import { deliverySchema, draftSchema, messageSchema } from './message.ts'
import { protectionSchema, sessionSchema } from './session.ts'

const noFields = z.strictObject({})
const id = z.string().min(1).max(200)
const address = z.string().max(320)
/** Windows of long lists: the page asks for what it shows. */
const from = z.number().int().min(0).max(1_000_000)
const count = z.number().int().min(1).max(500)

/** Colours of the page; `system` follows the machine. */
export const themeSchema = z.enum(['system', 'light', 'dark'])

const contactSchema = z.object({
  id: z.string(),
  name: z.string(),
  nickname: z.string(),
  address: z.string(),
  remark: z.string(),
  groups: z.array(z.string()),
  scope: z.enum(['internal', 'external']),
  /** How incoming mail from the contact is proven: `login`, `dmarc`, `dkim:<domain>` or `key:<public key>`. */
  proof: z.string(),
  expiresAt: z.number().optional(),
  /** When this device first saw the entry. */
  since: z.number(),
})
/** One contact of the list, as every face shows it. */
export type Contact = z.infer<typeof contactSchema>

/** A window of the list in display order: group headings with their contacts, `from` counting rows of both kinds. */
const contactRowSchema = z.discriminatedUnion('row', [
  z.object({ row: z.literal('group'), name: z.string(), count: z.number() }),
  z.object({ row: z.literal('contact'), contact: contactSchema }),
])
/** A row of the contacts: a group's heading or a contact. */
export type ContactRow = z.infer<typeof contactRowSchema>

const whitelistSchema = z.object({
  version: z.number(),
  epoch: z.number(),
  count: z.number(),
  /** When the server last confirmed the list; 0 before the first time. */
  syncedAt: z.number(),
  /** Until when sending by this list is allowed; past it the policy's `block` or `internal` holds (O7). */
  leaseEndsAt: z.number(),
  state: z.enum(['idle', 'syncing', 'failed']),
  /** Parts received of a large list while syncing. */
  progress: z.object({ done: z.number(), total: z.number() }).optional(),
  failure: z.enum([...serverFailures, ...anyCallFailures]).optional(),
})
/** The list in force, and how it is being brought up to date. */
export type WhitelistStatus = z.infer<typeof whitelistSchema>

const changeSchema = z.object({
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  version: z.number(),
})
/** How many contacts a newer version of the list added, changed and removed. */
export type ListChange = z.infer<typeof changeSchema>

const conversationSchema = z.object({
  /** The contact's address, ASCII-folded. */
  id: z.string(),
  name: z.string(),
  address: z.string(),
  /** False once the contact was removed, has expired or may not be written to: history only. */
  open: z.boolean(),
  /** Why it is closed. */
  closed: z.enum(['removed', 'expired', 'lease', 'upgrade']).optional(),
  last: z.object({ text: z.string(), at: z.number(), direction: z.enum(['in', 'out']) }).optional(),
  unread: z.number(),
  /** How many of these are mails, which count at Mail and not at Chats. */
  unreadMail: z.number().exactOptional(),
})
/** A conversation with one contact. */
export type Conversation = z.infer<typeof conversationSchema>

/** How many messages of each kind nobody has read, over all conversations. */
const unreadSchema = z.object({ chat: z.number(), mail: z.number() })

/** What the user may choose; profile.json keeps it, language and theme readable, the rest sealed. */
export const settingsSchema = z.object({
  language: languageSchema,
  theme: themeSchema,
  notifications: z.boolean(),
  /** Whether a notification shows the text or only that there is a message. */
  notificationText: z.boolean(),
})
/** What the user chose. */
export type Settings = z.infer<typeof settingsSchema>

const refusalSchema = z.object({ address: z.string(), rule: z.string(), reason: z.string() })

const recipientSchema = z.object({ address: z.string(), name: z.string() })
/** O5: to whom an answer goes by the list in force. */
const replyPlanSchema = z.object({
  to: z.array(recipientSchema),
  cc: z.array(recipientSchema),
  /** Who is left out, each with the rule: said before the answer is sent. */
  dropped: z.array(refusalSchema),
  /** Reply-To addresses that are shown and not used. */
  unusedReplyTo: z.array(z.string()),
})

/** Every call with its question, its answer and its failures, and every event. */
export const contract = {
  calls: {
    'session.state': { input: noFields, output: sessionSchema, failures: [] },
    /** `server`: host, host:port, https URL, or an enrolment code. `passphrase`: where there is no keychain. */
    'session.signIn': {
      input: z.strictObject({
        server: z.string().min(1).max(4_000),
        user: z.string().min(1).max(320),
        password: z.string().min(1).max(1_000),
        passphrase: z.string().min(8).max(1_000).optional(),
      }),
      output: sessionSchema,
      failures: openingFailures,
    },
    'session.signOut': { input: noFields, output: sessionSchema, failures: [] },
    'session.lock': { input: noFields, output: sessionSchema, failures: closed },
    'session.unlock': {
      input: z.strictObject({ secret: z.string().min(1).max(1_000) }),
      output: sessionSchema,
      failures: openingFailures,
    },
    /** Where the mail servers ask for another password than the account's; for both of them. */
    'session.mailPassword': {
      input: z.strictObject({ password: z.string().min(1).max(1_000) }),
      output: sessionSchema,
      failures: closed,
    },
    'session.protection': { input: noFields, output: protectionSchema, failures: [] },

    'contacts.query': {
      input: z.strictObject({ search: z.string().max(200), from, count }),
      output: z.object({
        total: z.number(),
        contacts: z.number(),
        revision: z.number(),
        rows: z.array(contactRowSchema),
      }),
      failures: closed,
    },
    'contacts.get': { input: z.strictObject({ address }), output: contactSchema, failures: [...closed, 'notFound'] },
    'contacts.refresh': { input: noFields, output: changeSchema, failures: [...closed, ...serverFailures, 'refused'] },
    'whitelist.status': { input: noFields, output: whitelistSchema, failures: closed },
    /** The guard's opinion on recipients while composing: a hint; `outbox.submit` decides. */
    'guard.judge': {
      input: z.strictObject({ recipients: z.array(z.string().max(320)).max(500) }),
      output: z.object({ refusals: z.array(refusalSchema) }),
      failures: closed,
    },

    'conversations.list': {
      input: z.strictObject({ from, count }),
      output: z.object({ total: z.number(), conversations: z.array(conversationSchema), unread: unreadSchema }),
      failures: closed,
    },
    'conversations.get': {
      input: z.strictObject({ id: address }),
      output: conversationSchema,
      failures: [...closed, 'notFound'],
    },
    'conversations.markRead': { input: z.strictObject({ id: address }), output: noFields, failures: closed },
    /** Newest last; `before` is a message id of the window above. */
    'messages.list': {
      input: z.strictObject({ conversation: address, before: id.optional(), count }),
      output: z.object({ messages: z.array(messageSchema), more: z.boolean() }),
      failures: [...closed, 'notFound'],
    },
    /** Messages of kind `mail`, newest first, over all conversations. */
    'mail.list': {
      input: z.strictObject({ search: z.string().max(200), from, count }),
      output: z.object({ total: z.number(), messages: z.array(messageSchema) }),
      failures: closed,
    },
    'message.get': { input: z.strictObject({ id }), output: messageSchema, failures: [...closed, 'notFound'] },
    /** This message alone; a conversation that is looked at is read whole. */
    'message.markRead': { input: z.strictObject({ id }), output: noFields, failures: [...closed, 'notFound'] },
    'message.planReply': {
      input: z.strictObject({ id, scope: z.enum(['sender', 'all']) }),
      output: replyPlanSchema,
      failures: [...closed, 'notFound'],
    },

    'outbox.submit': {
      input: draftSchema,
      output: z.object({ id: z.string() }),
      failures: [...closed, 'refused', 'serverNewer'],
    },
    'outbox.retry': { input: z.strictObject({ id }), output: noFields, failures: [...closed, 'notFound', 'refused'] },

    'draft.get': {
      input: z.strictObject({ conversation: address }),
      output: z.object({ text: z.string() }),
      failures: closed,
    },
    'draft.save': {
      input: z.strictObject({ conversation: address, text: z.string().max(100_000) }),
      output: noFields,
      failures: [...closed, 'notFound'],
    },
    ...mailDraftCalls,

    ...heldCalls,

    /** Contact requests, what the gateway keeps back, the administration: asked of the server each time, which decides. */
    ...askCalls,

    'settings.get': { input: noFields, output: settingsSchema, failures: [] },
    'settings.set': { input: settingsSchema.partial(), output: settingsSchema, failures: [] },
    /** Text for a support case: versions, states, counts, failures. No address, name, text or secret. */
    'diagnostics.export': { input: noFields, output: z.object({ text: z.string() }), failures: [] },
    'app.about': {
      input: noFields,
      output: z.object({ version: z.string(), engine: z.string(), device: z.string(), deviceWords: z.string() }),
      failures: [],
    },
  },
  events: {
    'session.changed': sessionSchema,
    'whitelist.changed': whitelistSchema,
    /** The list moved: ask again for the windows on screen. */
    'contacts.changed': z.object({ revision: z.number(), change: changeSchema.optional() }),
    /** `waiting`: how many wait for the user's own answer. */
    'requests.changed': z.object({ waiting: z.number() }),
    /** Somebody asks the user, or answered: for notifications. `name` is as it may be shown (A4). */
    'request.arrived': z.object({
      what: z.enum(['asked', 'linked', 'declined']),
      name: z.string(),
      address: z.string(),
    }),
    'conversation.changed': z.object({ id: z.string() }),
    'message.changed': z.object({ id: z.string(), conversation: z.string(), delivery: deliverySchema.optional() }),
    /** A new message of a contact was admitted and stored: for notifications. */
    'message.arrived': z.object({ id: z.string(), conversation: z.string(), name: z.string(), text: z.string() }),
    'held.changed': z.object({ total: z.number() }),
    /** Held messages of a contact were judged again and admitted: they are in the conversation now. */
    'held.admitted': z.object({ conversation: z.string(), name: z.string(), count: z.number() }),
    /** What is kept back on the server may have moved: ask again. */
    'quarantine.changed': noFields,
    'settings.changed': settingsSchema,
    /** A notification was clicked: show that conversation. Comes from the desktop host, not from the engine. */
    'app.open': z.object({ conversation: z.string() }),
  },
} as const

/** The type of the contract, for the typed ends of the bridge. */
export type KithContract = typeof contract
