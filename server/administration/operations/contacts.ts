/** Users' contacts, and why an address is among them. */
import { foldAscii } from '../../../shared/address.ts'
import { type AdminContact, type AdmissionView, readings } from '../../../shared/administration/readings.ts'
import type { Entry } from '../../../shared/whitelist/entry.ts'
import { refusal } from '../../ground/refusals.ts'
import { entryFromText } from '../../lists/changes.ts'
import { contactOfEntryRow } from '../../lists/contact.ts'
import { contentsOf } from '../../lists/contents.ts'
import { loadOrganisation, type Organisation, type Person } from '../../organisation/organisation.ts'
import type { EntryRow } from '../../store/tables.ts'
import { explanationWords } from '../explain-words.ts'
import { admissionsOf, explain } from '../explain.ts'
import { expiringContacts, unusedContacts } from '../last-use.ts'
import { changing } from './changes.ts'
import { namingIn } from './names.ts'
import { finds, reading, refusedBy, windowOf } from './operation.ts'

/** A contact as listed: `own` is absent for a shared card, which the administrator changes by its rule. */
type Row = { readonly key: string; readonly entry: Entry; readonly own: EntryRow | undefined }

/**
 * A user's own entries; `effective`: what the list holds, cards included; `screen`: the same as a person is shown it,
 * denied entries included.
 */
export const listContacts = reading({
  ...readings.contacts,
  async work(inside, { user, effective = false, screen = false, search, ...window }) {
    const list = await inside.lists.ofUser(user)
    const organisation = await loadOrganisation(inside)
    const viewer = organisation.people.get(user)
    if (!list || !viewer) return refusedBy(refusal('unknownUser', user))
    const own = await inside.lists.entries(list.id)
    const ownById = new Map(own.map((row) => [row.id, row]))
    const contents = effective || screen ? await contentsOf(inside, list, organisation) : own
    const denied = screen ? own.filter((row) => row.denied !== 0) : []
    const rows = [...contents, ...denied].map(({ id, key, json }): Row => ({
      key,
      entry: entryFromText(json),
      own: ownById.get(id),
    }))
    const wanted = (screen ? asShown(rows) : rows).filter(({ entry: { n, m, r } }) => finds(search, [n, m, r]))
    const byKey = new Map([...organisation.people.values()].map((person) => [person.key, person]))
    const contacts = windowOf(wanted, window, 1_000).map((row) =>
      told(row, becauseOf(organisation, { viewer, row, other: byKey.get(row.key) })),
    )
    return { ok: true, value: { version: list.version, total: wanted.length, contacts, epoch: list.epoch } }
  },
})

/** Addresses that stay closed in an open domain are rules, not contacts. */
function asShown(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ entry }) => entry.o !== 'n').toSorted((a, b) => compare(a.entry.n, b.entry.n))
}

function compare(a: string, b: string): number {
  const [left, right] = [foldAscii(a), foldAscii(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

type Because = { readonly viewer: Person; readonly row: Row; readonly other: Person | undefined }

function becauseOf(organisation: Organisation, { viewer, row, other }: Because): readonly AdmissionView[] {
  const { key, own, entry } = row
  // The card of a whole domain is admitted by its rule alone.
  const rule = entry.id.startsWith('d.') ? organisation.rules.find(({ id }) => `d.${id}` === entry.id) : undefined
  if (rule) return [{ rule: 'domain', id: rule.id, domain: rule.a }]
  return admissionsOf(organisation, viewer, { key, own: own ? [own] : [], other })
}

function told({ entry, own }: Row, admitted: readonly AdmissionView[]): AdminContact {
  const { expires: _expires, ...shown } = contactOfEntryRow(entry)
  return {
    id: entry.id,
    ...shown,
    ...(entry.x === undefined ? {} : { expires: entry.x }),
    ...(own ? { source: own.source } : {}),
    denied: own !== undefined && own.denied !== 0,
    closed: entry.o === 'n',
    admitted: [...admitted],
  }
}

/** `why` as an operation: the facts, and the same in words for programs that only print them. */
export const whyListed = reading({
  ...readings.why,
  async work(inside, { user, address }, { clock, config }) {
    if (!(await inside.users.get(user))) return refusedBy(refusal('unknownUser', user))
    const explained = await explain(inside, { user, address, now: clock.now(), unicode: config.policy.unicode })
    if (!explained.ok) return refusedBy(explained)
    const words = [...explanationWords(explained.value, await namingIn(inside, explained.value))]
    return { ok: true, value: { ...explained.value, admitted: [...explained.value.admitted], words } }
  },
})

const listUnused = reading({
  ...readings.unused,
  async work(inside, { user, days }, { clock }) {
    const found = await unusedContacts(inside, { now: clock.now(), days, ...(user === undefined ? {} : { user }) })
    if (!found.ok) return refusedBy(found)
    const contacts = found.value.map(({ used, ...rest }) => ({ ...rest, ...(used === 0 ? {} : { used }) }))
    return { ok: true, value: { contacts } }
  },
})

const listExpiring = reading({
  ...readings.expiring,
  async work(inside, { user, days }, { clock }) {
    const asked = { now: clock.now(), days, ...(user === undefined ? {} : { user }) }
    return { ok: true, value: { contacts: [...(await expiringContacts(inside, asked))] } }
  },
})

/** What is done and asked about users' contacts, in the order of the WSDL. */
export const contactOperations = [
  listContacts,
  listUnused,
  listExpiring,
  changing('AddContact', 'contact.add'),
  changing('SetContact', 'contact.set'),
  changing('RemoveContact', 'contact.remove'),
  whyListed,
]
