/** Every administrative change, as the command line, the administration service and the desktop give it. */
import { z } from 'zod'
import { contactChangesSchema, contactInputSchema } from '../lists/contact.ts'
import { policyChangesSchema } from '../organisation/policy.ts'
import { isUnit } from '../organisation/units.ts'

const login = z.string().min(1).max(64)
const address = z.string().min(1).max(320)
const unit = z.string().refine(isUnit, 'all, department:NAME, group:ID or user:LOGIN')
const device = z.string().min(1).max(200)
const group = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,50}$/)
/** Milliseconds since the epoch, or a date; `never`: no end. */
const expires = z.union([z.number().int().min(0), z.string().max(40)])
const personFields = {
  name: z.string().min(1).max(200),
  address,
  department: z.string().max(100),
  /** Login of the employee who answers for a guest; empty: nobody. */
  sponsor: z.string().max(64),
  expires,
}

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
    role: z.enum(['none', 'auditor', 'operator', 'administrator']),
  }),
])
export type Change = z.infer<typeof changeSchema>
export type ChangeOp = Change['op']
export type ChangeOf<O extends ChangeOp> = Extract<Change, { readonly op: O }>

export const changeOps: ReadonlySet<string> = new Set(changeSchema.options.map(({ shape }) => shape.op.value))

export type Role = 'auditor' | 'operator' | 'administrator'

const ranks: { readonly [R in Role]: number } = { auditor: 0, operator: 1, administrator: 2 }

export function isAtLeast(role: Role, needed: Role): boolean {
  return ranks[role] >= ranks[needed]
}

const operators: ReadonlySet<string> = new Set(['contact', 'group', 'request', 'quarantine'])

/** Who may ask for a change: people and rules are the administrator's, contacts, groups and what users ask for the operator's. */
export function roleFor(change: Change): Role {
  return operators.has(change.op.slice(0, change.op.indexOf('.'))) ? 'operator' : 'administrator'
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
