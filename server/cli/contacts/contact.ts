/** `kith-server contact add|set|remove`: what changes the entries of one user */
import { z } from 'zod'
import { type Change, type ContactChanges, contactChangesSchema } from '../../../shared/administration/change.ts'
import { readings } from '../../../shared/administration/readings.ts'
import { isOwn } from '../../administration/last-use.ts'
import { change, does, operate } from '../changing.ts'
import { type Given, group, operating } from '../command.ts'
import { argument, changeFields, days, needed, option, text, word } from '../fields.ts'
import { faulty, misused, type Outcome, succeeded, told, unavailable } from '../outcome.ts'
import { askReading, givenOf } from '../reading.ts'
import type { Transport } from '../transport.ts'
import { readContactFile } from './contact-file.ts'
import { contactReadings } from './contact-reading.ts'

const { name, nickname, remark, groups, scope, proof, expires, direction, address } = contactChangesSchema.shape
const contactFields = {
  user: needed('<login>', 'whose whitelist'),
  name: option(name, '<name>', 'name'),
  nickname: option(nickname, '<name>', 'nickname'),
  remark: option(remark, '<text>', 'remark'),
  group: option(groups, '<name>', 'group; several times for several'),
  scope: option(scope, '<scope>'),
  proof: option(
    proof,
    '<level>',
    'how incoming mail is proven: login, dmarc, dkim:<domain>, key:<public key>; empty: as usual',
  ),
  expires: option(expires, '<date>', 'a date such as 2030-01-31, or "never"'),
  direction: option(direction, '<direction>'),
}
const addFields = {
  ...changeFields,
  address: argument(z.string().optional(), '[address]'),
  ...contactFields,
  from: text(
    '<file>',
    'one JSON object a line: address, name, nickname, remark, groups, scope, proof, expires, direction',
  ),
}
const removeFields = {
  ...changeFields,
  addresses: argument(z.array(z.string()), '[addresses...]'),
  user: text('<login>', 'whose whitelist'),
  unusedDays: option(days.optional(), '<days>', 'all that were not used for so many days, of everybody or of --user'),
}

/** `contact`, with what reads and what changes; all of it works here and by a server elsewhere. */
export const contactCommands = group('contact', "contacts of users' whitelists", [
  operating('add', 'add a contact, or many from a file in one version', addFields, addContact),
  does('set', 'change a contact', {
    by: 'SetContact',
    takes: { old: word('<address>'), ...contactFields, address: option(address, '<address>', 'new address') },
    given: ({ user, old, ...given }) => ({ user, address: old, changes: contactOf(given) }),
    telling: ({ user }) => ({ list: user }),
  }),
  operating('remove', 'remove contacts, all in one version', removeFields, removeContacts),
  ...contactReadings,
])

/** Of what was given, the contact's fields. */
function contactOf({ group: groups, ...given }: { readonly group?: readonly string[] | undefined }): ContactChanges {
  return contactChangesSchema.strip().parse(givenOf({ ...given, groups }))
}

async function addContact(transport: Transport, options: Given<typeof addFields>): Promise<Outcome> {
  const { user, address, name, from } = options
  if (from !== undefined) return addFile(transport, options, from)
  if (address === undefined || name === undefined)
    return misused('a contact needs an address and --name, or --from FILE')
  return operate(
    transport,
    options,
    { name: 'AddContact', given: { user, contact: contactOf(options) } },
    { list: user },
  )
}

async function addFile(transport: Transport, options: Given<typeof addFields>, name: string): Promise<Outcome> {
  const file = await readContactFile(name)
  if (!file) return unavailable(`cannot read ${name}`)
  if (file.faults.length > 0) return faulty(file.faults)
  const { user } = options
  const changes = file.contacts.map((contact): Change => ({ op: 'contact.add', user, contact }))
  // One version for the whole file: a list with half of it would be sent to every device in between.
  return change(transport, options, changes, { list: user, places: file.lines.map((line) => ({ line })) })
}

async function removeContacts(transport: Transport, options: Given<typeof removeFields>): Promise<Outcome> {
  const { addresses, user, unusedDays } = options
  if (unusedDays !== undefined && addresses.length === 0) return removeUnused(transport, options, unusedDays)
  if (unusedDays !== undefined || addresses.length === 0 || user === undefined)
    return misused('name addresses and --user, or --unused-days alone')
  const changes = addresses.map((address): Change => ({ op: 'contact.remove', user, address }))
  return change(transport, options, changes, { list: user })
}

/** What an import brings stays: it would come back. */
async function removeUnused(
  transport: Transport,
  options: Pick<Given<typeof removeFields>, 'user' | 'why' | 'dryRun'>,
  most: number,
): Promise<Outcome> {
  const { user } = options
  const given = givenOf({ days: most, user })
  const found = await askReading(transport, readings.unused, given)
  if (!found.ok) return told(found, () => succeeded('', {}))
  const changes = found.value.contacts
    .filter(({ source }) => isOwn(source))
    .map(({ user, address }): Change => ({ op: 'contact.remove', user, address }))
  const value = { contacts: changes.length }
  if (changes.length === 0) return succeeded('there was nothing to change', { ...value, lists: [] })
  return change(transport, options, changes, { value })
}
