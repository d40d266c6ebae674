/** Every administrative change, once: as the page, the command line and other programs give it, and as the server reads it. */
import { z } from 'zod'
import { expirySchema, expiryText } from '../moment.ts'

/** A contact as an administrator gives it. */
export const contactInputSchema = z.strictObject({
  address: z.string().min(1),
  name: z.string().min(1),
  nickname: z.string().optional(),
  remark: z.string().optional(),
  groups: z.array(z.string().min(1)).optional(),
  scope: z.enum(['internal', 'external']).optional(),
  /** `login`, `dmarc`, `dkim:<domain>` or `key:<public key>`; empty takes it away. */
  proof: z.string().optional(),
  /** `never` takes an expiry away. */
  expires: expirySchema.optional(),
  direction: z.enum(['both', 'send', 'receive']).optional(),
})
/** The fields of a contact that somebody gives. */
export type ContactInput = z.infer<typeof contactInputSchema>
/** A contact in a file or document that somebody wrote: digits alone may be seconds or milliseconds, so only dates count. */
export const writtenContactSchema = contactInputSchema.extend({ expires: expiryText.optional() })
/** The same fields, all optional: what is not named stays as it is. */
export const contactChangesSchema = contactInputSchema.partial()
/** The fields of a contact that are to be different. */
export type ContactChanges = z.infer<typeof contactChangesSchema>

/** How the organisation makes its lists: settings that an administrator changes while everything runs. */
export const policySettings = {
  /** Every internal user lists every other. */
  everyone: z.boolean(),
  /** The people of a department list each other. */
  departments: z.boolean(),
  /** Whether whole domains may be listed: a weaker promise, since the domain vouches for its addresses and nobody knows who they are. */
  domains: z.boolean(),
  /** Whether an external contact that a user asks for needs the sponsor's or an administrator's consent. */
  approval: z.enum(['sponsor', 'administrator', 'none']),
  /** Whether external entries need a second administrator. */
  fourEyes: z.boolean(),
  /** Whether every change needs a reason for the audit log. */
  reason: z.enum(['optional', 'required']),
  /** The lease: days without the server before the client's store locks (protocol.md 9). */
  offlineDays: z.number().int().min(0).max(365),
  /** What happens to sending when the lease is over (guard.md O7). */
  onExpiry: z.enum(['block', 'internal']),
}

/** Only what is to change: without defaults, which would set back all that is not named. */
export const policyChangesSchema = z.strictObject(policySettings).partial()
/** The settings of the policy that are to be different. */
export type PolicyChanges = z.infer<typeof policyChangesSchema>

const unitPattern = /^(all|(department|group|user):.+)$/u

/** Whether a text names people as rules do: `all`, `department:NAME`, `group:ID` or `user:LOGIN`. */
export function isUnit(text: string): boolean {
  return text.length <= 200 && unitPattern.test(text)
}

/** What somebody may administer. */
export const roleSchema = z.enum(['none', 'auditor', 'operator', 'administrator'])
/** What somebody may do in the administration; `none`: nothing. */
export type RoleName = z.infer<typeof roleSchema>

const login = z.string().min(1).max(64)
const address = z.string().min(1).max(320)
const unit = z.string().refine(isUnit, 'all, department:NAME, group:ID or user:LOGIN')
const device = z.string().min(1).max(200)
const group = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,50}$/)
const personFields = {
  name: z.string().min(1).max(200),
  address,
  department: z.string().max(100),
  /** Login of the employee who answers for a guest; empty: nobody. */
  sponsor: z.string().max(64),
  expires: expirySchema,
}

/** One change, as everybody gives it. An unknown field is refused: what was meant by it would be lost silently. */
export const changeSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('contact.add'),
    user: login,
    contact: contactInputSchema,
    from: z.strictObject({ source: z.string().max(100), external: z.string().max(320) }).optional(),
  }),
  z.strictObject({ op: z.literal('contact.set'), user: login, address, changes: contactChangesSchema }),
  z.strictObject({ op: z.literal('contact.remove'), user: login, address }),

  z.strictObject({
    op: z.literal('user.add'),
    user: login,
    scope: z.enum(['internal', 'external']),
    ...z.strictObject(personFields).partial().required({ name: true }).shape,
  }),
  z.strictObject({ op: z.literal('user.set'), user: login, changes: z.strictObject(personFields).partial() }),
  z.strictObject({ op: z.literal('user.disable'), user: login }),
  z.strictObject({ op: z.literal('user.enable'), user: login }),

  z.strictObject({ op: z.literal('group.put'), group, title: z.string().min(1).max(100) }),
  z.strictObject({ op: z.literal('group.remove'), group }),
  z.strictObject({ op: z.literal('group.join'), group, user: login }),
  z.strictObject({ op: z.literal('group.leave'), group, user: login }),

  z.strictObject({ op: z.literal('policy.set'), changes: policyChangesSchema }),
  z.strictObject({ op: z.literal('rule.open'), a: unit, b: unit }),
  /** Everybody at the domain (`@partner.example`), for those whom `for` names. */
  z.strictObject({
    op: z.literal('rule.domain'),
    domain: z.string().startsWith('@').max(254),
    for: unit,
    name: z.string().min(1).max(200).optional(),
    proof: z.string().max(320).optional(),
  }),
  /** An address or `@domain` that nobody lists; with `user`, that this one does not. */
  z.strictObject({ op: z.literal('rule.deny'), what: address, user: login.optional() }),
  z.strictObject({ op: z.literal('rule.remove'), id: z.string().max(64) }),

  z.strictObject({ op: z.literal('device.approve'), user: login, device }),
  z.strictObject({ op: z.literal('device.lock'), user: login, device }),
  z.strictObject({ op: z.literal('device.unlock'), user: login, device }),
  /** Has the device make new keys of its own at its next contact. */
  z.strictObject({ op: z.literal('device.rotate'), user: login, device }),
  /** For good. `wipe`: the device destroys its list, or all that it keeps, at its next contact. */
  z.strictObject({
    op: z.literal('device.revoke'),
    user: login,
    device,
    wipe: z.enum(['list', 'all']).exactOptional(),
  }),

  /** Each side of a contact request that waits for nobody lists the other. `scope`: whether somebody from outside is let in. */
  z.strictObject({ op: z.literal('request.link'), id: z.string().max(64), scope: z.enum(['internal', 'external']) }),
  z.strictObject({ op: z.literal('request.refuse'), id: z.string().max(64) }),

  /** A message that the gateway keeps back: it is delivered, or its user is told no. */
  z.strictObject({ op: z.literal('quarantine.release'), user: login, message: z.number().int().min(1) }),
  z.strictObject({ op: z.literal('quarantine.refuse'), user: login, message: z.number().int().min(1) }),

  z.strictObject({
    op: z.literal('role.set'),
    user: login,
    role: roleSchema,
  }),
])
/** One change of the organisation: an operation with its fields. */
export type Change = z.infer<typeof changeSchema>
/** The name of a change's operation. */
export type ChangeOp = Change['op']
/** The change of one operation. */
export type ChangeOf<O extends ChangeOp> = Extract<Change, { readonly op: O }>

const [addContact, ...others] = changeSchema.options

/** The same without where an entry came from, which is for imports to say: what other programs give and are told. */
export const changeForm = z
  .discriminatedUnion('op', [addContact.omit({ from: true }), ...others])
  .meta({ id: 'Change' })

/** The fields of a change of this kind, without where it came from. */
export function fieldsOf(op: ChangeOp): z.core.$ZodShape {
  const option = changeForm.options.find(({ shape }) => shape.op.value === op)
  if (!option) throw new Error(`there is no change ${op}`)
  const { op: _op, ...fields } = option.shape
  return fields
}

/** The names of all changes. */
export const changeOps: ReadonlySet<string> = new Set(changeSchema.options.map(({ shape }) => shape.op.value))

/** What the audit log tells of beside changes. */
export const otherOps = [
  'user.password',
  'enrolment.add',
  'key.rotate',
  'key.retire',
  'key.export',
  'manifest.renew',
  'token.add',
  'token.remove',
  'import.add',
  'import.remove',
  'proposal.approve',
  'proposal.refuse',
  'recovery.make',
  'recovery.use',
  'role.resetSecondFactor',
  'clock.confirm',
] as const
/** An operation that has words; the log of a newer server may hold others. */
type KnownOp = ChangeOp | (typeof otherOps)[number]

const knownOps: ReadonlySet<string> = new Set([...changeOps, ...otherOps])

/** Whether the log's operation is one that this version has words for. */
export function isKnownOp(op: string): op is KnownOp {
  return knownOps.has(op)
}

/** A role that opens the administration. */
export type Role = Exclude<RoleName, 'none'>

const ranks: { readonly [R in Role]: number } = { auditor: 0, operator: 1, administrator: 2 }

/** Whether a role may do what another is needed for. */
export function isAtLeast(role: Role, needed: Role): boolean {
  // The roles lie above each other: an administrator may do all that an operator may.
  return ranks[role] >= ranks[needed]
}

const operators: ReadonlySet<string> = new Set(['contact', 'group', 'request', 'quarantine'])

/** Who may ask for a change: people and rules are the administrator's, contacts, groups and what users ask for the operator's. */
export function roleFor({ op }: { readonly op: string }): Role {
  return operators.has(op.slice(0, op.indexOf('.'))) ? 'operator' : 'administrator'
}

/** The field that is wrong first. */
export function placeOfFault(error: z.ZodError): string {
  return error.issues[0]?.path.join('.') ?? ''
}

/** The first thing wrong with what was given as a change. */
export function faultOfChange(error: z.ZodError): string {
  const issue = error.issues[0]
  const place = issue?.path.join('.') ?? ''
  return place === '' ? (issue?.message ?? 'this is not a change') : `${place}: ${issue?.message ?? 'unreadable'}`
}
