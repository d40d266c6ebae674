/** What those with a role ask the server for, and what it answers: the asks `admin.*`, which the page's calls share. */
import { z } from 'zod'
import { accessSchema } from './access.ts'
import { changeFaultSchema } from './fault-codes.ts'
import { keyStepSchema, keysViewSchema, manifestViewShape } from './key-steps.ts'
import { releaseRequestSchema } from './quarantine.ts'

const nothing = z.strictObject({})
const login = z.string().min(1).max(64)
const text = z.string().max(100_000)
const at = z.number().int()
const number = z.number().int().min(0)
const from = z.number().int().min(0).max(1_000_000)
const count = z.number().int().min(1).max(200)
const search = z.string().max(200)
const windowed = { search, from, count }

export const roleSchema = z.enum(['none', 'auditor', 'operator', 'administrator'])
export type RoleName = z.infer<typeof roleSchema>

/** Where the caller stands before the administration opens. */
const adminStateSchema = z.strictObject({
  role: roleSchema,
  /** `setUp`: an authenticator must be set up first. */
  step: z.enum(['open', 'setUp', 'code', 'password']),
  /** Whether an authenticator is set up. */
  totp: z.boolean(),
  /** When it closes whatever happens. */
  until: at.exactOptional(),
})
export type AdminState = z.infer<typeof adminStateSchema>

export const organisationPolicyShape = z.strictObject({
  everyone: z.boolean(),
  departments: z.boolean(),
  domains: z.boolean(),
  approval: z.enum(['sponsor', 'administrator', 'none']),
  fourEyes: z.boolean(),
  reason: z.enum(['optional', 'required']),
  offlineDays: number,
  onExpiry: z.enum(['block', 'internal']),
})

const overviewSchema = z.strictObject({
  organisation: text,
  version: text,
  users: number,
  active: number,
  external: number,
  /** Devices that wait for approval. */
  pendingDevices: number,
  groups: number,
  rules: number,
  proposals: number,
  requests: number,
  policy: organisationPolicyShape,
  manifest: z.strictObject({ version: number, epoch: number, expires: at }),
})
export type AdminOverview = z.infer<typeof overviewSchema>

const adminUserSchema = z.strictObject({
  user: login,
  name: text,
  address: text,
  scope: z.enum(['internal', 'external']),
  state: z.enum(['active', 'disabled']),
  department: text,
  sponsor: text,
  /** 0: never. */
  expires: at,
  role: roleSchema,
  /** Devices that wait for approval. */
  pending: number,
})
export type AdminUser = z.infer<typeof adminUserSchema>

export const adminDeviceSchema = z.strictObject({
  id: text,
  name: text,
  state: z.enum(['pending', 'active', 'locked', 'revoked']),
  /** What its user sees, to be compared by telephone. */
  words: text,
  /** 0: never. */
  last: at,
})
export type AdminDevice = z.infer<typeof adminDeviceSchema>

/** What puts an address into a list. */
const admissionSchema = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('everyone') }),
  z.strictObject({ rule: z.literal('department'), name: text }),
  z.strictObject({ rule: z.literal('group'), name: text }),
  z.strictObject({ rule: z.literal('open'), id: text, a: text, b: text }),
  z.strictObject({ rule: z.literal('guest'), sponsor: text }),
  /** An entry of the user's own; `source` empty: by hand. */
  z.strictObject({ rule: z.literal('entry'), source: text }),
  z.strictObject({ rule: z.literal('domain'), id: text, domain: text }),
  z.strictObject({ rule: z.literal('self') }),
])
export type Admission = z.infer<typeof admissionSchema>

const adminContactSchema = z.strictObject({
  address: text,
  name: text,
  groups: z.array(text),
  remark: text,
  expires: at,
  /** An entry of the user's own, which can be changed by itself. */
  own: z.boolean(),
  /** A rule keeps it out of the list. */
  denied: z.boolean(),
  because: z.array(admissionSchema),
})
export type AdminContact = z.infer<typeof adminContactSchema>

const whySchema = z.strictObject({
  user: text,
  address: text,
  listed: z.boolean(),
  because: z.array(admissionSchema),
  /** The deny rule that wins over them; `user` empty: for everybody. */
  denied: z.strictObject({ id: text, what: text, user: text }).exactOptional(),
  expired: at.exactOptional(),
  direction: z.enum(['send', 'receive']).exactOptional(),
  proof: text.exactOptional(),
})
export type Why = z.infer<typeof whySchema>

const adminGroupSchema = z.strictObject({ id: text, title: text, members: number })
export type AdminGroup = z.infer<typeof adminGroupSchema>
const memberSchema = z.strictObject({ user: text, name: text, address: text })
export type AdminMember = z.infer<typeof memberSchema>

export const adminRuleSchema = z.strictObject({
  id: text,
  kind: z.enum(['open', 'domain', 'deny']),
  a: text,
  b: text,
})
export type AdminRule = z.infer<typeof adminRuleSchema>

const auditLineSchema = z.strictObject({
  n: number,
  at,
  who: text,
  via: text,
  op: text,
  target: text,
  why: text,
  /** JSON, or empty. */
  before: text,
  after: text,
  undoable: z.boolean(),
})
export type AuditLine = z.infer<typeof auditLineSchema>

export const proposalSchema = z.strictObject({
  id: text,
  at,
  who: text,
  why: text,
  state: z.enum(['approval', 'ready', 'done', 'refused']),
  approvedBy: text,
  /** The first of them, each as JSON. */
  changes: z.array(text),
  count: number,
})
export type Proposal = z.infer<typeof proposalSchema>

/** A wish of two people to be contacts, as far as it has come. */
export const adminRequestSchema = z.strictObject({
  id: text,
  user: text,
  address: text,
  note: text,
  at,
  scope: z.enum(['internal', 'external']),
  /** For whom it waits; `rule`: one keeps the two apart. */
  waits: z.enum(['peer', 'sponsor', 'administrator', 'nobody', 'rule']),
})
export type AdminRequest = z.infer<typeof adminRequestSchema>

/** A change as the server's `changeSchema` reads it: an operation and its fields. */
const givenChangeSchema = z.looseObject({ op: z.string().max(40) })
export type GivenChange = z.infer<typeof givenChangeSchema>

/** Changes that are asked for together. */
const maxChanges = 500
const asked = { why: z.string().max(500), dry: z.boolean() }

const listsShape = {
  /** Lists that got a new version, and what changed in them, together. */
  lists: number,
  added: number,
  changed: number,
  removed: number,
  /** The first of them. */
  users: z.array(z.strictObject({ user: text, added: number, changed: number, removed: number })),
}

const outcomeSchema = z.discriminatedUnion('state', [
  /** Nothing was kept: what would happen. */
  z.strictObject({
    state: z.literal('tried'),
    ...listsShape,
    /** Whether it is done only with a reason. */
    reason: z.boolean(),
  }),
  z.strictObject({ state: z.literal('done'), ...listsShape, audit: z.array(number) }),
  /** It waits: for a second person, or for whoever holds the policy key. */
  z.strictObject({ state: z.literal('pending'), id: text, needs: z.enum(['approval', 'signature']) }),
  z.strictObject({ state: z.literal('refused'), faults: z.array(changeFaultSchema) }),
  /** The keys moved on: the manifest that lists them now. */
  z.strictObject({ state: z.literal('manifest'), ...manifestViewShape }),
])
export type Outcome = z.infer<typeof outcomeSchema>

export const adminAsks = {
  'admin.state': { input: nothing, output: adminStateSchema },
  /** A new secret for an authenticator; in force once a code of it has come. */
  'admin.setUp': {
    input: z.strictObject({ password: z.string().min(1).max(1_000) }),
    output: z.strictObject({ secret: text, uri: text }),
  },
  'admin.confirm': { input: z.strictObject({ code: z.string().max(20) }), output: adminStateSchema },
  /** By a code where an authenticator is set up, else by the password. */
  'admin.open': {
    input: z.strictObject({
      password: z.string().max(1_000).exactOptional(),
      code: z.string().max(20).exactOptional(),
    }),
    output: adminStateSchema,
  },
  'admin.close': { input: nothing, output: adminStateSchema },
  'admin.overview': { input: nothing, output: overviewSchema },
  'admin.users': {
    input: z.strictObject(windowed),
    output: z.strictObject({ total: number, users: z.array(adminUserSchema) }),
  },
  'admin.user': {
    input: z.strictObject({ user: login }),
    output: z.strictObject({ user: adminUserSchema, groups: z.array(text), devices: z.array(adminDeviceSchema) }),
  },
  'admin.contacts': {
    input: z.strictObject({ user: login, ...windowed }),
    output: z.strictObject({ total: number, contacts: z.array(adminContactSchema) }),
  },
  'admin.why': { input: z.strictObject({ user: login, address: z.string().min(1).max(320) }), output: whySchema },
  'admin.groups': {
    input: z.strictObject(windowed),
    output: z.strictObject({ total: number, groups: z.array(adminGroupSchema) }),
  },
  'admin.members': {
    input: z.strictObject({ group: z.string().max(64), from, count }),
    output: z.strictObject({ total: number, members: z.array(memberSchema) }),
  },
  'admin.rules': {
    input: z.strictObject({ from, count }),
    output: z.strictObject({ total: number, policy: organisationPolicyShape, rules: z.array(adminRuleSchema) }),
  },
  /** Newest first, those before the line `before`. */
  'admin.audit': {
    input: z.strictObject({ search, before: number.exactOptional(), count }),
    output: z.strictObject({ lines: z.array(auditLineSchema), more: z.boolean() }),
  },
  /** Follows the whole chain; `broken`: the first line that does not hold. */
  'admin.verify': { input: nothing, output: z.strictObject({ lines: number, broken: number.exactOptional() }) },
  /** Those that wait, and the newest that were decided. */
  'admin.proposals': { input: nothing, output: z.strictObject({ proposals: z.array(proposalSchema) }) },
  /** Open contact requests, oldest first. */
  'admin.requests': { input: nothing, output: z.strictObject({ requests: z.array(adminRequestSchema) }) },
  /** Messages in quarantine that their users ask for, oldest first. */
  'admin.releases': { input: nothing, output: z.strictObject({ releases: z.array(releaseRequestSchema) }) },
  'admin.decide': { input: z.strictObject({ id: z.string().max(64), approve: z.boolean() }), output: outcomeSchema },
  'admin.change': {
    input: z.strictObject({ changes: z.array(givenChangeSchema).min(1).max(maxChanges), ...asked }),
    output: outcomeSchema,
  },
  'admin.undo': { input: z.strictObject({ n: number, ...asked }), output: outcomeSchema },
  'admin.keys': { input: nothing, output: keysViewSchema },
  'admin.keyStep': { input: z.strictObject({ step: keyStepSchema, why: asked.why }), output: outcomeSchema },
  /** What lets somebody sign in: shown once, kept nowhere. */
  'admin.access': {
    input: z.strictObject({
      user: login,
      give: z
        .array(z.enum(['password', 'enrolment']))
        .min(1)
        .max(2),
      why: asked.why,
    }),
    output: accessSchema,
  },
} as const

export type AdminAskName = keyof typeof adminAsks
