/** Users' contacts, and why an address is among them. */
import { z } from 'zod'
import { explain } from '../../administration/explain.ts'
import { explanationWords } from '../../administration/rule-words.ts'
import { entryFromText } from '../../lists/changes.ts'
import { contactInputSchema, contactOfEntryRow } from '../../lists/contact.ts'
import { contentsOf } from '../../lists/contents.ts'
import { loadOrganisation } from '../../organisation/organisation.ts'
import type { EntryRow } from '../../store/tables.ts'
import { changing } from '../changing.ts'
import { refused, unknownUser } from '../faults.ts'
import { operation, time, timeOf } from '../operation.ts'
import { changeForm, page } from './forms.ts'

const contact = z
  .strictObject({
    id: z.string(),
    ...contactInputSchema.omit({ expires: true }).shape,
    expires: time.optional(),
    /** Of the user's own entries: the import that it comes from; empty by hand. Absent: by a rule. */
    source: z.string().optional(),
    /** A rule keeps it out of the list. */
    denied: z.boolean(),
    /** An address that is closed within an open domain. */
    closed: z.boolean(),
  })
  .meta({ id: 'Contact' })

function told(json: string, row: Pick<EntryRow, 'source' | 'denied'> | undefined): z.infer<typeof contact> {
  const entry = entryFromText(json)
  const { expires: _expires, ...shown } = contactOfEntryRow(entry)
  return {
    id: entry.id,
    ...shown,
    ...(entry.x === undefined ? {} : { expires: timeOf(entry.x) }),
    ...(row ? { source: row.source } : {}),
    denied: row?.denied === 1,
    closed: entry.o === 'n',
  }
}

export const listedContacts = z.strictObject({
  version: z.number().int(),
  total: z.number().int(),
  contacts: z.array(contact),
})

const listContacts = operation({
  name: 'ListContacts',
  scope: 'read',
  /** `effective`: all that the user sees, by rules too; else the user's own entries. */
  input: z.strictObject({ user: z.string(), effective: z.boolean().optional(), ...page }),
  output: listedContacts,
  async work({ store }, { user, effective = false, from = 0, count = 1_000 }) {
    const read = await store.snapshot(async (inside) => {
      const list = await inside.lists.ofUser(user)
      if (!list) return undefined
      const rows = await inside.lists.entries(list.id)
      const all = effective ? await contentsOf(inside, list, await loadOrganisation(inside)) : rows
      return { version: list.version, all, own: new Map(rows.map((row) => [row.id, row])) }
    })
    if (!read) return unknownUser(user)
    const { version, all, own } = read
    const contacts = all.slice(from, from + count).map(({ id, json }) => told(json, own.get(id)))
    return { ok: true, value: { version, total: all.length, contacts } }
  },
})

const admission = z
  .strictObject({
    /** `self`, `entry`, `everyone`, `department`, `group`, `open`, `guest`, `domain`. */
    rule: z.string(),
    id: z.string().optional(),
    name: z.string().optional(),
    a: z.string().optional(),
    b: z.string().optional(),
    domain: z.string().optional(),
    sponsor: z.string().optional(),
    source: z.string().optional(),
  })
  .meta({ id: 'Admission' })

export const explanation = z.strictObject({
  user: z.string(),
  address: z.string(),
  /** Whether the list in force has the address. */
  listed: z.boolean(),
  /** What admits it, were it not for `denied`. */
  admitted: z.array(admission),
  denied: z.strictObject({ id: z.string(), rule: changeForm }).optional(),
  expired: time.optional(),
  direction: z.enum(['send', 'receive']).optional(),
  proof: z.string().optional(),
  /** The same in words. */
  words: z.array(z.string()),
})

const why = operation({
  name: 'Why',
  scope: 'read',
  input: z.strictObject({ user: z.string(), address: z.string().max(320) }),
  output: explanation,
  async work({ store, clock, config }, { user, address }) {
    if (!(await store.users.get(user))) return unknownUser(user)
    const explained = await explain(store, { user, address, now: clock.now(), unicode: config.policy.unicode })
    if (!explained.ok) return refused(explained.why)
    const { expired, admitted, ...rest } = explained.value
    return {
      ok: true,
      value: {
        ...rest,
        admitted: [...admitted],
        ...(expired === undefined ? {} : { expired: timeOf(expired) }),
        words: [...explanationWords(explained.value)],
      },
    }
  },
})

export const contactOperations = [
  listContacts,
  changing('AddContact', 'contact.add'),
  changing('SetContact', 'contact.set'),
  changing('RemoveContact', 'contact.remove'),
  why,
]
