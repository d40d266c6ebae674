/** Question and answer of each reading, once: page, SOAP and command line have these forms or fewer of their fields. */
import { z } from 'zod'
import { keyFactsSchema, keysViewSchema } from '../key-steps.ts'
import { releaseRequestSchema } from '../quarantine.ts'
import { auditStateShape } from './anchor.ts'
import { changeForm, contactInputSchema, policySettings, roleSchema } from './change.ts'
import { importForm } from './import-form.ts'
import { time } from './time.ts'

const text = z.string()
const number = z.number().int()
const flag = z.boolean().optional()
const days = number.min(1).max(36_500)

/** A part of what was found: `from` the how-manieth, and at most how many. */
const windowed = {
  search: text.max(200).optional(),
  from: number.min(0).max(1_000_000).optional(),
  count: number.min(1).max(10_000).optional(),
}

const userForm = z
  .object({
    user: text,
    name: text,
    address: text,
    scope: z.enum(['internal', 'external']),
    state: z.enum(['active', 'disabled']),
    department: text.exactOptional(),
    sponsor: text.exactOptional(),
    expires: time.exactOptional(),
    groups: z.array(text),
    role: roleSchema,
    /** Devices that wait for approval. */
    pending: number,
  })
  .meta({ id: 'User' })
/** A user, as those with a role see one. */
export type AdminUser = Readonly<z.infer<typeof userForm>>

const deviceForm = z
  .object({
    device: text,
    user: text,
    name: text,
    state: z.enum(['pending', 'active', 'locked', 'revoked']),
    /** The version of the list that it has. */
    version: number,
    /** 0: never. */
    seen: time,
    epoch: number,
    /** What its user sees, to be compared by telephone. */
    words: text,
    /** Signed commands and how far they are, oldest first. */
    commands: z.array(z.object({ command: text, scope: text, state: text, at: time }).meta({ id: 'CommandToDevice' })),
  })
  .meta({ id: 'Device' })
/** A device of a user, with its state and what it was told to do. */
export type AdminDevice = Readonly<z.infer<typeof deviceForm>>

/** What puts an address into a list. The other fields are there where the rule has them; `source` empty: by hand. */
const admissionForm = z
  .object({
    rule: z.enum(['self', 'entry', 'everyone', 'department', 'group', 'open', 'guest', 'domain']),
    id: text.exactOptional(),
    name: text.exactOptional(),
    a: text.exactOptional(),
    b: text.exactOptional(),
    domain: text.exactOptional(),
    sponsor: text.exactOptional(),
    source: text.exactOptional(),
  })
  .meta({ id: 'Admission' })
/** One reason for which a list has an address. */
export type AdmissionView = Readonly<z.infer<typeof admissionForm>>

const contactForm = z
  .object({
    id: text,
    ...contactInputSchema.omit({ expires: true }).shape,
    expires: time.exactOptional(),
    /** Of the user's own entries: the import that it comes from; empty by hand. Absent: by a rule. */
    source: text.exactOptional(),
    /** A rule keeps it out of the list. */
    denied: z.boolean(),
    /** An address that is closed within an open domain. */
    closed: z.boolean(),
    admitted: z.array(admissionForm),
  })
  .meta({ id: 'Contact' })
/** A contact of a user's list, with the reasons that it is there. */
export type AdminContact = Readonly<z.infer<typeof contactForm>>

const whyForm = z.object({
  user: text,
  address: text,
  /** Whether the list in force has the address. */
  listed: z.boolean(),
  /** What admits it, were it not for `denied`. */
  admitted: z.array(admissionForm),
  denied: z.object({ id: text, rule: changeForm }).exactOptional(),
  expired: time.exactOptional(),
  direction: z.enum(['send', 'receive']).exactOptional(),
  proof: text.exactOptional(),
  /** The same in English words. */
  words: z.array(text),
})

const policyForm = z.object(policySettings).meta({ id: 'Policy' })

const overviewForm = z.object({
  organisation: text,
  /** Of the program. */
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
  policy: policyForm,
  manifest: z.object({ version: number, epoch: number, expires: time }),
})
/** The organisation in numbers. */
export type AdminOverview = Readonly<z.infer<typeof overviewForm>>

/** A group with its members' logins. `size`: how many there are, also where `members` was left out. */
export const groupForm = z
  .object({ group: text, title: text, members: z.array(text), size: number })
  .meta({ id: 'Group' })

const memberForm = z.object({ user: text, name: text, address: text }).meta({ id: 'Member' })
/** A member of a group. */
export type AdminMember = Readonly<z.infer<typeof memberForm>>

const ruleForm = z.object({ id: text, rule: changeForm }).meta({ id: 'Rule' })
/** A rule in force, by its id. */
export type AdminRule = Readonly<z.infer<typeof ruleForm>>

/** `before`, `after`, `undo`: JSON, or empty. */
export const lineForm = z
  .object({
    n: number,
    at: time,
    who: text,
    via: text,
    op: text,
    target: text,
    why: text,
    before: text,
    after: text,
    undo: text,
    hash: text,
    /** Whether something takes it back. */
    undoable: z.boolean(),
  })
  .meta({ id: 'AuditLine' })

const proposalState = z.enum(['approval', 'ready', 'done', 'refused'])
/** Changes that wait for a second person (`approval`) or for the policy key (`ready`), or that were decided. */
export const proposalForm = z
  .object({
    id: text,
    at: time,
    who: text,
    via: text,
    why: text,
    state: proposalState,
    /** Who decided it. */
    by: text.exactOptional(),
    changes: z.array(changeForm),
    /** The server cannot read the changes, which are then missing. `result`: JSON of what it came to. */
    unreadable: z.boolean().exactOptional(),
    result: text.exactOptional(),
  })
  .meta({ id: 'Proposal' })

const unusedForm = z
  .object({ user: text, address: text, name: text, source: text, used: time.exactOptional() })
  .meta({ id: 'UnusedContact' })
const expiringForm = z
  .object({ user: text, address: text, name: text, expires: time, kind: z.enum(['contact', 'account']) })
  .meta({ id: 'ExpiringContact' })
/** `recovery`: recovery codes that are left; absent without an authenticator. */
const roleForm = z.object({ user: text, role: text, recovery: number.exactOptional() }).meta({ id: 'UserRole' })
const releaseForm = releaseRequestSchema.extend({ at: time }).meta({ id: 'Release' })

/** A wish of two people to be contacts, as far as it has come. */
export const requestForm = z
  .object({
    id: text,
    user: text,
    address: text,
    note: text,
    state: z.enum(['asked', 'accepted', 'done', 'declined', 'refused', 'withdrawn']),
    at: time,
    /** Who approves it, once the other side has said yes. */
    approval: z.enum(['sponsor', 'administrator', 'nobody']).exactOptional(),
    /** A rule keeps the two apart. */
    denied: z.boolean(),
    scope: z.enum(['internal', 'external']),
    /** For whom it waits, while it does; `rule`: one keeps the two apart. */
    waits: z.enum(['peer', 'sponsor', 'administrator', 'nobody', 'rule']).exactOptional(),
    /** Login of the other side, where it has an account. */
    peer: text,
    /** Login of whoever answers for the guest, where that is whom it waits for. */
    sponsor: text.exactOptional(),
  })
  .meta({ id: 'Request' })

/** One reading. `name`: as SOAP and its WSDL have it. `wire`: of the answer, what other programs are told. */
function reading<I extends z.ZodRawShape, O extends z.ZodRawShape>(name: string, input: I, output: O) {
  const form = z.object(output)
  return { name, input: z.strictObject(input), output: form, wire: form }
}

/** One whose answer has more for the page: beside a lone field that would be another form to other programs. */
function paged<I extends z.ZodRawShape, O extends z.ZodRawShape, P extends z.ZodRawShape>(
  name: string,
  input: I,
  output: O,
  page: P,
) {
  return { name, input: z.strictObject(input), output: z.object({ ...output, ...page }), wire: z.object(output) }
}

const { search, ...part } = windowed
const { count } = part

/** Every reading by its name on the page. */
export const readings = {
  overview: reading('GetOverview', {}, overviewForm.shape),
  policy: reading('GetPolicy', {}, { policy: policyForm }),
  users: reading('ListUsers', windowed, { total: number, users: z.array(userForm) }),
  user: reading(
    'GetUser',
    { user: text },
    {
      user: userForm,
      /** Of the list in force. */
      version: number,
      contacts: number,
      role: text.exactOptional(),
      devices: z.array(deviceForm),
    },
  ),
  devices: reading('ListDevices', { user: text.optional() }, { devices: z.array(deviceForm) }),
  contacts: reading(
    'ListContacts',
    {
      user: text,
      /** All that the user sees, by rules too; else the user's own entries. */
      effective: flag,
      ...windowed,
      /** As a screen shows them: by name, what a rule keeps out too, and nothing that only stays closed. */
      screen: flag,
    },
    { version: number, total: number, contacts: z.array(contactForm), epoch: number },
  ),
  why: reading('Why', { user: text, address: text.min(1).max(320) }, whyForm.shape),
  /** Neither used nor added or changed in so many days; of everybody without `user`. `used`: absent where never. */
  unused: reading('ListUnused', { user: text.optional(), days }, { contacts: z.array(unusedForm) }),
  /** What ends within so many days, soonest first: `contact`, an entry of the user's; `account`, the user itself. */
  expiring: reading('ListExpiring', { user: text.optional(), days }, { contacts: z.array(expiringForm) }),
  roles: reading('ListRoles', {}, { roles: z.array(roleForm) }),
  groups: paged('ListGroups', windowed, { groups: z.array(groupForm) }, { total: number }),
  members: reading('ListMembers', { group: text.max(64), ...part }, { total: number, members: z.array(memberForm) }),
  rules: paged('ListRules', part, { rules: z.array(ruleForm) }, { total: number }),
  /** Newest first, those before the line `before`; `more`: whether older ones are there. */
  audit: paged(
    'ListAudit',
    { search, before: number.min(1).optional(), count },
    { lines: z.array(lineForm) },
    { more: z.boolean() },
  ),
  /** Follows the whole chain; `broken`: the line from which on it is not to be believed. */
  verify: reading('VerifyAudit', {}, auditStateShape),
  /** Oldest first; `newest`: so many at most, those that wait first and the newest first. */
  proposals: reading(
    'ListProposals',
    { state: proposalState.optional(), newest: number.min(1).max(1_000).optional() },
    { proposals: z.array(proposalForm) },
  ),
  proposal: reading('GetProposal', { id: text }, { proposal: proposalForm }),
  /** Oldest first; `all`: those that ended, too; `newest`: the same, those that wait first and the newest of the others. */
  requests: reading('ListRequests', { all: flag, newest: flag, count }, { requests: z.array(requestForm) }),
  /** Messages in quarantine that their users ask for, oldest first. */
  releases: reading('ListReleases', { count }, { releases: z.array(releaseForm) }),
  /** Sources of contacts that are kept, and what could not be taken of them. */
  imports: reading('ListImports', {}, { imports: z.array(importForm) }),
  /** The organisation's keys; `missing`: root keys that are not on the server, without which no step is taken. */
  keys: reading(
    'ListKeys',
    {},
    { ...keysViewSchema.shape, expires: time, keys: z.array(keyFactsSchema.meta({ id: 'KeyFacts' })) },
  ),
}
