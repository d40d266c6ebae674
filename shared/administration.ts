/** What those with a role ask the server for, and what it answers: the asks `admin.*`, which the page's calls share. */
import { z } from 'zod'
import { accessSchema, givingShape } from './access.ts'
import { roleSchema } from './administration/change.ts'
import { listedPersonForm } from './administration/deeds.ts'
import { namesReading } from './administration/names.ts'
import { groupForm, lineForm, proposalForm, readings, type requestForm } from './administration/readings.ts'
import { changeFaultSchema } from './fault-codes.ts'
import { keyStepSchema, manifestViewShape } from './key-steps.ts'

const noFields = z.strictObject({})
const text = z.string().max(100_000)
const at = z.number().int()
const number = z.number().int().min(0)

/** Rows that the page asks for at once at most. */
export const maxRows = 200

/** Where the caller stands before the administration opens. */
const adminStateSchema = z.object({
  role: roleSchema,
  /** `setUp`: an authenticator must be set up first. */
  step: z.enum(['open', 'setUp', 'code', 'password']),
  /** Whether an authenticator is set up. */
  totp: z.boolean(),
  /** When it closes whatever happens. */
  until: at.exactOptional(),
  /** Recovery codes that are left; told once it is open. */
  recovery: number.exactOptional(),
})
/** Where the caller stands before the administration. */
export type AdminState = z.infer<typeof adminStateSchema>

/** A line of the audit log without what only checks need. */
const shownLine = lineForm.omit({ undo: true, hash: true })
/** One line of the audit log, as the page shows it. */
export type AuditLine = Readonly<z.infer<typeof shownLine>>

const shownGroup = groupForm.omit({ members: true })
/** One group in the list of groups; its members are asked for apart. */
export type AdminGroup = Readonly<z.infer<typeof shownGroup>>

const shownWhy = readings.why.output.omit({ words: true })
/** Whether a list has an address, and which rules say so. */
export type Why = Readonly<z.infer<typeof shownWhy>>

/** A proposal with the first of its changes, each as JSON that may be cut, and how many they are. */
const shownProposal = proposalForm
  .omit({ via: true, result: true })
  .extend({ changes: z.array(z.string()), count: number })
/** Changes that wait for a second person or a signature, or were decided. */
export type Proposal = Readonly<z.infer<typeof shownProposal>>

/** A contact request, for whoever decides about it. */
export type AdminRequest = Readonly<z.infer<typeof requestForm>>

/** A change as the server's `changeSchema` reads it: an operation and its fields. */
const givenChangeSchema = z.looseObject({ op: z.string().max(40) })

/** Changes that are asked for together. */
const maxChanges = 500
const asked = { why: z.string().max(500), dry: z.boolean() }

const listsShape = {
  /** Lists that got a new version, and what changed in them, together. */
  lists: number,
  added: number,
  changed: number,
  removed: number,
  /** The first of them; `people`, of what was tried: the first of those who come, change and go. */
  users: z.array(
    z.object({
      user: text,
      added: number,
      changed: number,
      removed: number,
      people: z.array(listedPersonForm).exactOptional(),
    }),
  ),
}

const outcomeSchema = z.discriminatedUnion('state', [
  /** Nothing was kept: what would happen. `changes`: the first of the lines that the log would get. */
  z.object({
    state: z.literal('tried'),
    ...listsShape,
    changes: z.array(z.object({ op: text, target: text, before: text, after: text })).exactOptional(),
    /** Whether it is done only with a reason. */
    reason: z.boolean(),
  }),
  z.object({ state: z.literal('done'), ...listsShape, audit: z.array(number) }),
  /** It waits: for a second person, or for whoever holds the policy key. */
  z.strictObject({ state: z.literal('pending'), id: text, needs: z.enum(['approval', 'signature']) }),
  z.strictObject({ state: z.literal('refused'), faults: z.array(changeFaultSchema) }),
  /** The keys moved on: the manifest that lists them now. */
  z.strictObject({ state: z.literal('manifest'), ...manifestViewShape }),
])
/** What a change came to, or would come to. */
export type Outcome = z.infer<typeof outcomeSchema>
/** What was only tried. */
export type Tried = Extract<Outcome, { readonly state: 'tried' }>

/** Every question of the administration with its schemas; the server decides each time whether the caller may. */
export const adminAsks = {
  'admin.state': { input: noFields, output: adminStateSchema },
  /** A new secret for an authenticator; in force once a code of it has come. */
  'admin.setUp': {
    input: z.strictObject({ password: z.string().min(1).max(1_000) }),
    output: z.strictObject({ secret: text, uri: text }),
  },
  /** `codes`: recovery codes, shown this once. */
  'admin.confirm': {
    input: z.strictObject({ code: z.string().max(20) }),
    output: adminStateSchema.extend({ codes: z.array(text).exactOptional() }),
  },
  /** New recovery codes in place of those that were there, shown this once. */
  'admin.recoveryCodes': {
    input: z.strictObject({ password: z.string().min(1).max(1_000) }),
    output: z.object({ codes: z.array(text) }),
  },
  /** By a code or recovery code where an authenticator is set up, else by the password. `recovered`: by a recovery code. */
  'admin.open': {
    input: z.strictObject({
      password: z.string().max(1_000).exactOptional(),
      code: z.string().max(40).exactOptional(),
    }),
    output: adminStateSchema.extend({ recovered: z.boolean().exactOptional() }),
  },
  'admin.close': { input: noFields, output: adminStateSchema },
  'admin.overview': readings.overview,
  'admin.users': readings.users,
  'admin.user': readings.user,
  'admin.contacts': readings.contacts,
  'admin.why': { input: readings.why.input, output: shownWhy },
  'admin.groups': {
    input: readings.groups.input,
    output: readings.groups.output.extend({ groups: z.array(shownGroup) }),
  },
  'admin.members': readings.members,
  'admin.rules': readings.rules,
  'admin.audit': { input: readings.audit.input, output: readings.audit.output.extend({ lines: z.array(shownLine) }) },
  'admin.verify': { input: noFields, output: readings.verify.output.omit({ holds: true, hash: true }) },
  'admin.proposals': {
    input: readings.proposals.input,
    output: z.object({ proposals: z.array(shownProposal) }),
  },
  'admin.requests': readings.requests,
  'admin.releases': readings.releases,
  'admin.imports': readings.imports,
  'admin.keys': readings.keys,
  'admin.names': namesReading,
  /** `dry`: what approving it would do now. */
  'admin.decide': {
    input: z.strictObject({ id: z.string().max(64), approve: z.boolean(), dry: z.boolean().exactOptional() }),
    output: outcomeSchema,
  },
  'admin.change': {
    input: z.strictObject({ changes: z.array(givenChangeSchema).min(1).max(maxChanges), ...asked }),
    output: outcomeSchema,
  },
  'admin.undo': { input: z.strictObject({ n: number, ...asked }), output: outcomeSchema },
  'admin.keyStep': { input: z.strictObject({ step: keyStepSchema, why: asked.why }), output: outcomeSchema },
  /** What lets somebody sign in: shown once, kept nowhere. */
  'admin.access': {
    input: z.strictObject({
      ...givingShape,
      why: asked.why,
    }),
    output: accessSchema,
  },
} as const

/** The name of a question of the administration. */
export type AdminAskName = keyof typeof adminAsks
