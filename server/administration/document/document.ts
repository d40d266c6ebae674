/** The organisation as one document: what `snapshot` prints and `apply` brings about. Passwords are not in it. */

import { z } from 'zod'
import { policyChangesSchema, writtenContactSchema } from '../../../shared/administration/change.ts'
import { entryFromText } from '../../lists/changes.ts'
import { type AddressFacts, contactOfEntryRow } from '../../lists/contact.ts'
import { domainDetails } from '../../organisation/cards.ts'
import { policyFrom } from '../../organisation/organisation.ts'
import type { OrganisationPolicy } from '../../organisation/policy.ts'
import type { GroupMemberRow, GroupRow, RuleRow } from '../../store/administration/tables.ts'
import type { Store } from '../../store/store.ts'
import type { EntryRow, UserRow } from '../../store/tables.ts'
import { isOwn } from '../last-use.ts'

const login = z.string().min(1).max(64)

const personSchema = z.strictObject({
  user: login,
  name: z.string().min(1).max(200),
  /** Without: login at the organisation's domain. */
  address: z.string().min(1).max(320).optional(),
  department: z.string().max(100).optional(),
  sponsor: z.string().max(64).optional(),
  /** As text: digits alone may be seconds or milliseconds. What is no date is told with its place. */
  expires: z.union([z.number(), z.string().max(40)]).optional(),
  disabled: z.boolean().optional(),
  /** Entries of the user's own; without: they stay as they are. */
  contacts: z.array(writtenContactSchema).optional(),
})

/** What is absent stays as it is; within a person or a contact, what is absent is empty. */
export const documentSchema = z.strictObject({
  policy: policyChangesSchema.optional(),
  users: z.array(personSchema).optional(),
  guests: z.array(personSchema).optional(),
  groups: z
    .array(z.strictObject({ group: z.string().max(64), title: z.string().min(1).max(100), members: z.array(login) }))
    .optional(),
  rules: z
    .strictObject({
      open: z.array(z.strictObject({ a: z.string().max(200), b: z.string().max(200) })).optional(),
      domains: z
        .array(
          z.strictObject({
            domain: z.string().max(254),
            for: z.string().max(200),
            name: z.string().min(1).max(200).optional(),
            proof: z.string().max(320).optional(),
          }),
        )
        .optional(),
      deny: z.array(z.strictObject({ what: z.string().min(1).max(320), user: login.optional() })).optional(),
    })
    .optional(),
})
/** A document as `apply` read it. */
export type OrganisationDocument = z.infer<typeof documentSchema>
/** A user or guest of a document. */
export type DocumentPerson = z.infer<typeof personSchema>

/** All that a document speaks of, as rows of one moment. */
export type PresentState = {
  /** Own mail domain. */
  readonly domain: string
  readonly unicode: boolean
  readonly policy: OrganisationPolicy
  readonly users: readonly UserRow[]
  readonly groups: readonly GroupRow[]
  readonly members: readonly GroupMemberRow[]
  readonly rules: readonly RuleRow[]
  /** Users' own entries, by login. */
  readonly entries: ReadonlyMap<string, readonly EntryRow[]>
}

type Settings = { readonly domain: string; readonly policy: { readonly unicode: boolean } }

/** Reads everything that a document can say, of one moment. */
export function loadState(store: Store, { domain, policy: { unicode } }: Settings): Promise<PresentState> {
  // One moment: with a change between two reads the document would describe an organisation that never was.
  return store.snapshot(async (inside) => {
    const users = await inside.users.all()
    const entries = new Map<string, readonly EntryRow[]>()
    for (const { id } of users) {
      const list = await inside.lists.ofUser(id)
      if (list) entries.set(id, await inside.lists.entries(list.id))
    }
    const { organisation } = inside
    return {
      domain,
      unicode,
      policy: policyFrom(await organisation.policy()),
      users,
      groups: await organisation.groups(),
      members: await organisation.members(),
      rules: await organisation.rules(),
      entries,
    }
  })
}

/** What is known of an address beside what a document says. */
export function factsOf(
  accounts: ReadonlyMap<string, 'internal' | 'external'>,
  domain: string,
  key: string,
): AddressFacts {
  const scope = accounts.get(key)
  const isOwn = key.slice(key.lastIndexOf('@') + 1) === domain
  return { scope: scope ?? (isOwn ? 'internal' : 'external'), hasAccount: scope !== undefined, isOwn }
}

/** What an import brought is not in it: the import would bring it again. */
export function snapshotOf(state: PresentState): OrganisationDocument {
  const accounts = new Map(state.users.map((user) => [user.address_key, user.scope]))
  const person = (user: UserRow) => ({
    ...personOf(user),
    contacts: (state.entries.get(user.id) ?? [])
      .filter(({ source }) => isOwn(source))
      .map((row) => contactOf(row, factsOf(accounts, state.domain, row.key)))
      .sort((a, b) => (a.address < b.address ? -1 : 1)),
  })
  return {
    policy: state.policy,
    users: state.users.filter(({ scope }) => scope === 'internal').map(person),
    guests: state.users.filter(({ scope }) => scope === 'external').map(person),
    groups: state.groups.map(({ id, title }) => ({
      group: id,
      title,
      members: state.members.filter(({ group }) => group === id).map(({ user }) => user),
    })),
    rules: rulesOf(state.rules),
  }
}

function personOf({ id, name, address, department, sponsor, expires: end, state }: UserRow) {
  return {
    user: id,
    name,
    address,
    ...(department === '' ? {} : { department }),
    ...(sponsor === '' ? {} : { sponsor }),
    ...(end === 0 ? {} : { expires: new Date(end).toISOString() }),
    ...(state === 'disabled' ? { disabled: true } : {}),
  }
}

function contactOf(row: EntryRow, { scope, hasAccount }: AddressFacts): z.infer<typeof writtenContactSchema> {
  const { expires: end, ...contact } = contactOfEntryRow(entryFromText(row.json))
  // A guest's mail is proven by its login unless the document says that it is not.
  const unproven = contact.proof === undefined && hasAccount && (contact.scope ?? scope) === 'external'
  return {
    ...contact,
    ...(typeof end === 'number' ? { expires: new Date(end).toISOString() } : {}),
    ...(unproven ? { proof: '' } : {}),
  }
}

function rulesOf(rules: readonly RuleRow[]) {
  const of = (wanted: RuleRow['kind']) => rules.filter(({ kind }) => kind === wanted)
  return {
    open: of('open').map(({ a, b }) => ({ a, b })),
    domains: of('domain').map(({ a, b, more }) => ({ domain: a, for: b, ...domainDetails(more) })),
    deny: of('deny').map(({ a, b }) => ({ what: a, ...(b === '' ? {} : { user: b }) })),
  }
}
