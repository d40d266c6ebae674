/** `kith-server contact add|set|remove`: what changes the entries of one user */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { type Change, type ContactChanges, contactChangesSchema } from '../../../shared/administration/change.ts'
import { readings } from '../../../shared/administration/readings.ts'
import { isOwn } from '../../administration/last-use.ts'
import { change, operate } from '../changing.ts'
import { changeOptions, operating, readDays, withChange } from '../command.ts'
import { faulty, type Outcome, succeeded, told, unavailable } from '../outcome.ts'
import { givenOf } from '../reading.ts'
import type { Transport } from '../transport.ts'
import { readContactFile } from './contact-file.ts'
import { addContactReadings } from './contact-reading.ts'

const fieldOptions = changeOptions.extend({
  user: z.string(),
  ...contactChangesSchema.omit({ groups: true }).shape,
  group: z.array(z.string()).optional(),
  from: z.string().optional(),
})
const removeOptions = changeOptions.extend({ user: z.string().optional(), unusedDays: z.number().optional() })
type FieldOptions = z.infer<typeof fieldOptions>
type GivenFields = Omit<ContactChanges, 'groups'> & { readonly group?: string[] | undefined }
type RemoveOptions = z.infer<typeof removeOptions>

/** Adds `contact`, with what reads and what changes; all of it works here and by a server elsewhere. */
export function addContactCommands(program: Command): void {
  const contact = program.command('contact').description("contacts of users' whitelists")
  const add = withFields(
    withUser(contact.command('add [address]').description('add a contact, or many from a file in one version')),
  )
  add.option(
    '--from <file>',
    'one JSON object a line: address, name, nickname, remark, groups, scope, proof, expires, direction',
  )
  add.action(operating(fieldOptions, addContact))
  const set = withFields(withUser(contact.command('set <address>').description('change a contact')))
  set.option('--address <address>', 'new address').action(
    operating(fieldOptions, (transport, options, address) => {
      const { user } = options
      const given = { user, address, changes: fieldsOf(options) }
      return operate(transport, options, { name: 'SetContact', given }, { list: user })
    }),
  )
  withChange(contact.command('remove [addresses...]').description('remove contacts, all in one version'))
    .option('--user <login>', 'whose whitelist')
    .option('--unused-days <days>', 'all that were not used for so many days, of everybody or of --user', readDays)
    .action(operating(removeOptions, removeContacts))
  addContactReadings(contact)
}

function withUser(command: Command): Command {
  return withChange(command).requiredOption('--user <login>', 'whose whitelist')
}

function withFields(command: Command): Command {
  const collect = (value: string, before: readonly string[] = []) => [...before, value]
  return command
    .option('--name <name>', 'name')
    .option('--nickname <name>', 'nickname')
    .option('--remark <text>', 'remark')
    .option('--group <name>', 'group; several times for several', collect)
    .addOption(new Option('--scope <scope>').choices(['internal', 'external']))
    .option(
      '--proof <level>',
      'how incoming mail is proven: login, dmarc, dkim:<domain>, key:<public key>; empty: as usual',
    )
    .option('--expires <date>', 'a date such as 2030-01-31, or "never"')
    .addOption(new Option('--direction <direction>').choices(['both', 'send', 'receive']))
}

function fieldsOf(options: GivenFields): ContactChanges {
  const { name, nickname, remark, scope, proof, expires, direction, address } = options
  const given = { name, nickname, remark, scope, proof, expires, direction, address, groups: options.group }
  return contactChangesSchema.parse(givenOf(given))
}

async function addContact(transport: Transport, options: FieldOptions, address?: string): Promise<Outcome> {
  if (options.from !== undefined) return addFile(transport, options, options.from)
  if (address === undefined || options.name === undefined)
    return { ok: false, code: 'usage', why: 'a contact needs an address and --name, or --from FILE' }
  const { user } = options
  const contact = { ...fieldsOf(options), address, name: options.name }
  return operate(transport, options, { name: 'AddContact', given: { user, contact } }, { list: user })
}

async function addFile(transport: Transport, options: FieldOptions, name: string): Promise<Outcome> {
  const file = await readContactFile(name)
  if (!file) return unavailable(`cannot read ${name}`)
  if (file.faults.length > 0) return faulty(file.faults)
  const { user } = options
  const changes = file.contacts.map((contact): Change => ({ op: 'contact.add', user, contact }))
  // One version for the whole file: a list with half of it would be sent to every device in between.
  return change(transport, options, changes, { list: user, places: file.lines.map((line) => ({ line })) })
}

async function removeContacts(
  transport: Transport,
  options: RemoveOptions,
  ...addresses: readonly string[]
): Promise<Outcome> {
  const { user, unusedDays } = options
  if (unusedDays !== undefined && addresses.length === 0) return removeUnused(transport, options, unusedDays)
  if (unusedDays !== undefined || addresses.length === 0 || user === undefined)
    return { ok: false, code: 'usage', why: 'name addresses and --user, or --unused-days alone' }
  const changes = addresses.map((address): Change => ({ op: 'contact.remove', user, address }))
  return change(transport, options, changes, { list: user })
}

/** What an import brings stays: it would come back. */
async function removeUnused(transport: Transport, options: RemoveOptions, days: number): Promise<Outcome> {
  const { user } = options
  const given = { days, ...givenOf({ user }) }
  const found = await transport.call('ListUnused', given, readings.unused.output)
  if (!found.ok) return told(found, () => succeeded('', {}))
  const changes = found.value.contacts
    .filter(({ source }) => isOwn(source))
    .map(({ user, address }): Change => ({ op: 'contact.remove', user, address }))
  const value = { contacts: changes.length }
  if (changes.length === 0) return succeeded('there was nothing to change', { ...value, lists: [] })
  return change(transport, options, changes, { value })
}
