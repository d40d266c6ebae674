/** `kith-server contact list|unused|expiring`: what only looks */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { Administration } from '../../administration/administer.ts'
import { ruleWords, sourceWords } from '../../administration/explain-words.ts'
import { expiringContacts, unusedContacts } from '../../administration/last-use.ts'
import { writeCsv } from '../../import/csv/write.ts'
import { entryFromText } from '../../lists/changes.ts'
import { contactOfEntryRow } from '../../lists/contact.ts'
import { type Content, contentsOf } from '../../lists/contents.ts'
import { loadOrganisation, type Organisation } from '../../organisation/organisation.ts'
import { reasonsFor } from '../../organisation/shared-cards.ts'
import type { Store } from '../../store/store.ts'
import type { ListRow } from '../../store/tables.ts'
import { administering, commonOptions, readDays, withCommon } from '../command.ts'
import { type Outcome, refused, succeeded, table } from '../outcome.ts'

const listOptions = commonOptions.extend({ user: z.string(), effective: z.boolean().optional() })
const exportOptions = listOptions.extend({ format: z.enum(['csv', 'json']) })
const daysOptions = commonOptions.extend({ user: z.string().optional(), days: z.number() })
type DaysOptions = z.infer<typeof daysOptions>

export function addContactReadings(contact: Command): void {
  withCommon(contact.command('list').description('list the contacts'))
    .requiredOption('--user <login>', 'whose whitelist')
    .option('--effective', 'all that the user sees, with the rule that each comes from')
    .action(administering(listOptions, listContacts))
  withCommon(contact.command('export').description('the contacts, to be imported elsewhere'))
    .requiredOption('--user <login>', 'whose whitelist')
    .option('--effective', 'all that the user sees')
    .addOption(
      new Option('--format <format>', 'csv, or one JSON object a line').choices(['csv', 'json']).default('csv'),
    )
    .action(administering(exportOptions, exportContacts))
  withCommon(contact.command('unused').description('contacts that were neither used nor changed for long'))
    .option('--user <login>', 'whose whitelist; without: everybody')
    .option('--days <days>', 'for how long', readDays, 90)
    .action(administering(daysOptions, listUnused))
  withCommon(contact.command('expiring').description('contacts and guests whose time ends soon'))
    .option('--user <login>', 'whose whitelist; without: everybody')
    .option('--days <days>', 'how soon', readDays, 30)
    .action(administering(daysOptions, listExpiring))
}

/** An entry with the words for where it comes from. */
type Listed = { readonly json: string; readonly from: string; readonly denied?: boolean }

type Contacts = { readonly list: ListRow; readonly listed: readonly Listed[] }

async function listContacts({ store }: Administration, options: z.infer<typeof listOptions>): Promise<Outcome> {
  const read = await readContacts(store, options)
  return read ? toldContacts(read.list, read.listed) : unknownUser(options.user)
}

function unknownUser(user: string): Outcome {
  return refused(`there is no user ${JSON.stringify(user)}`)
}

async function exportContacts({ store }: Administration, options: z.infer<typeof exportOptions>): Promise<Outcome> {
  const read = await readContacts(store, options)
  if (!read) return unknownUser(options.user)
  // What stays closed within an open domain is no contact.
  const entries = read.listed.map(({ json }) => entryFromText(json)).filter(({ o }) => o !== 'n')
  const contacts = entries.map(contactOfEntryRow)
  const text = options.format === 'csv' ? writeCsv(contacts) : contacts.map((one) => JSON.stringify(one)).join('\n')
  return succeeded(text.replace(/\r\n$/, ''), { contacts })
}

function readContacts(store: Store, { user, effective }: z.infer<typeof listOptions>): Promise<Contacts | undefined> {
  return store.snapshot(async (inside) => {
    const list = await inside.lists.ofUser(user)
    if (!list) return undefined
    const rows = await inside.lists.entries(list.id)
    const own = rows.map(({ json, source, denied }) => ({ json, from: sourceWords(source), denied: denied === 1 }))
    if (!effective) return { list, listed: own }
    const sources = new Map(rows.map((row) => [row.id, row.source]))
    const organisation = await loadOrganisation(inside)
    const contents = await contentsOf(inside, list, organisation)
    return {
      list,
      listed: contents.map((one) => ({ json: one.json, from: originOf(one, { user, organisation, sources }) })),
    }
  })
}

type Origins = {
  readonly user: string
  readonly organisation: Organisation
  readonly sources: ReadonlyMap<string, string>
}

function originOf({ id }: Content, { user, organisation, sources }: Origins): string {
  const source = sources.get(id)
  if (source !== undefined) return sourceWords(source)
  if (!id.startsWith('u.')) return `rule ${id.slice(2)}`
  const viewer = organisation.people.get(user)
  const other = organisation.people.get(id.slice(2))
  const reasons = viewer && other ? reasonsFor(organisation, viewer, other) : []
  return reasons.map((reason) => ruleWords(reason)).join('; ')
}

function toldContacts(list: ListRow, listed: readonly Listed[]): Outcome {
  const contacts = listed.map(({ json, from, denied }) => {
    const entry = entryFromText(json)
    const { expires: _expires, nickname = '', remark = '', groups = [], ...contact } = contactOfEntryRow(entry)
    const end = entry.x === undefined ? {} : { expires: new Date(entry.x).toISOString() }
    const closed = entry.o === 'n' ? { closed: true } : {}
    return {
      id: entry.id,
      ...contact,
      nickname,
      remark,
      groups,
      ...end,
      ...closed,
      from,
      ...(denied ? { denied } : {}),
    }
  })
  const rows = contacts.map(({ name, nickname, address, scope = '', groups, from, denied, closed }) => [
    name,
    nickname,
    address,
    scope,
    groups.join(', '),
    `${from}${denied ? ', but denied' : ''}${closed ? ', closed' : ''}`,
  ])
  const head = ['NAME', 'NICKNAME', 'ADDRESS', 'SCOPE', 'GROUPS', 'FROM']
  const text = `version ${list.version}, ${contacts.length} contacts\n${table([head, ...rows])}`
  return succeeded(text, { version: list.version, epoch: list.epoch, contacts })
}

async function listUnused({ store, clock }: Administration, { user, days }: DaysOptions): Promise<Outcome> {
  const found = await unusedContacts(store, { now: clock.now(), days, ...(user === undefined ? {} : { user }) })
  if (!found.ok) return refused(found.why)
  const contacts = found.value.map(({ used, source, ...contact }) => ({
    ...contact,
    from: sourceWords(source),
    ...(used === 0 ? {} : { used: new Date(used).toISOString() }),
  }))
  const rows = contacts.map(({ user, name, address, from, used = 'never' }) => [user, name, address, from, used])
  return succeeded(table([['USER', 'NAME', 'ADDRESS', 'FROM', 'USED'], ...rows]), { contacts })
}

async function listExpiring({ store, clock }: Administration, { user, days }: DaysOptions): Promise<Outcome> {
  const found = await expiringContacts(store, { now: clock.now(), days, ...(user === undefined ? {} : { user }) })
  const contacts = found.map(({ expires, ...contact }) => ({ ...contact, expires: new Date(expires).toISOString() }))
  const rows = contacts.map(({ user, name, address, kind, expires }) => [user, name, address, kind, expires])
  return succeeded(table([['USER', 'NAME', 'ADDRESS', 'KIND', 'EXPIRES'], ...rows]), { contacts })
}
