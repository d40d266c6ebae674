/** `kith-server contact add|set|remove|list --user U` */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { entryFromText, type ListWish } from '../lists/changes.ts'
import { type ContactChanges, contactChangesSchema } from '../lists/contact.ts'
import type { ChangeResult } from '../lists/editor.ts'
import type { Administration } from '../setup/context.ts'
import { administering, commonOptions, withCommon } from './command.ts'
import { atLines, type FileFault, maxFaults, readContactFile } from './contact-file.ts'
import { type Outcome, refused, succeeded, table, unavailable } from './outcome.ts'

const userOptions = commonOptions.extend({ user: z.string() })
const fieldOptions = userOptions.extend({
  ...contactChangesSchema.omit({ groups: true }).shape,
  group: z.array(z.string()).optional(),
  from: z.string().optional(),
})
type UserOptions = z.infer<typeof userOptions>
type FieldOptions = z.infer<typeof fieldOptions>

export function addContactCommands(program: Command): void {
  const contact = program.command('contact').description("contacts of one user's whitelist")
  const add = withFields(
    withUser(contact.command('add [address]').description('add a contact, or many from a file in one version')),
  )
  add.option(
    '--from <file>',
    'one JSON object a line: address, name, nickname, remark, groups, scope, proof, expires, direction',
  )
  add.action(administering(fieldOptions, addContact))
  const set = withFields(withUser(contact.command('set <address>').description('change a contact')))
  set.option('--address <address>', 'new address').action(administering(fieldOptions, setContact))
  withUser(contact.command('remove <addresses...>').description('remove contacts, all in one version')).action(
    administering(userOptions, removeContacts),
  )
  withUser(contact.command('list').description('list the contacts')).action(administering(userOptions, listContacts))
}

function withUser(command: Command): Command {
  return withCommon(command).requiredOption('--user <login>', 'whose whitelist')
}

function withFields(command: Command): Command {
  const collect = (value: string, before: readonly string[] = []) => [...before, value]
  return command
    .option('--name <name>', 'name')
    .option('--nickname <name>', 'nickname')
    .option('--remark <text>', 'remark')
    .option('--group <name>', 'group; several times for several', collect)
    .addOption(new Option('--scope <scope>').choices(['internal', 'external']))
    .option('--proof <level>', 'how incoming mail is proven: login, dmarc, dkim:<domain>, key:<public key>')
    .option('--expires <date>', 'a date such as 2030-01-31, or "never"')
    .addOption(new Option('--direction <direction>').choices(['both', 'send', 'receive']))
}

function fieldsOf(options: FieldOptions): ContactChanges {
  const { name, nickname, remark, scope, proof, expires, direction, address } = options
  const given = { name, nickname, remark, scope, proof, expires, direction, address, groups: options.group }
  return contactChangesSchema.parse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
}

async function addContact(administration: Administration, options: FieldOptions, address?: string): Promise<Outcome> {
  if (options.from !== undefined) return addFile(administration, options.user, options.from)
  if (address === undefined || options.name === undefined)
    return { ok: false, code: 'usage', why: 'a contact needs an address and --name, or --from FILE' }
  const contact = { ...fieldsOf(options), address, name: options.name }
  return change(administration, options.user, [{ op: 'add', contact }])
}

async function addFile(administration: Administration, user: string, name: string): Promise<Outcome> {
  const file = await readContactFile(name)
  if (!file) return unavailable(`cannot read ${name}`)
  if (file.faults.length > 0) return faulty(file.faults)
  const wishes = file.contacts.map((contact): ListWish => ({ op: 'add', contact }))
  const result = await administration.editor.change(user, wishes, 'cli')
  if (!result.ok && result.kind === 'refused') return faulty(atLines(result.faults, file.lines))
  return outcomeOf(result, user)
}

function faulty(faults: readonly FileFault[]): Outcome {
  const why = `${faults.length} ${faults.length === 1 ? 'line' : 'lines'} cannot be taken; nothing was changed`
  return { ok: false, code: 'refused', why, faults: faults.slice(0, maxFaults) }
}

function setContact(administration: Administration, options: FieldOptions, address = ''): Promise<Outcome> {
  return change(administration, options.user, [{ op: 'set', address, changes: fieldsOf(options) }])
}

function removeContacts(
  administration: Administration,
  options: UserOptions,
  ...addresses: readonly string[]
): Promise<Outcome> {
  const wishes = addresses.map((address): ListWish => ({ op: 'remove', address }))
  return change(administration, options.user, wishes)
}

async function change({ editor }: Administration, user: string, wishes: readonly ListWish[]): Promise<Outcome> {
  return outcomeOf(await editor.change(user, wishes, 'cli'), user)
}

function outcomeOf(result: ChangeResult, user: string): Outcome {
  if (result.ok) {
    const { version, added, changed, removed } = result.value
    return succeeded(`version ${version}: ${added} added, ${changed} changed, ${removed} removed`, {
      version,
      added,
      changed,
      removed,
    })
  }
  if (result.kind === 'noList') return refused(`there is no user ${JSON.stringify(user)}`)
  const [first, ...others] = result.faults
  return others.length === 0
    ? refused(first?.why ?? 'refused')
    : { ok: false, code: 'refused', why: 'nothing was changed', faults: result.faults }
}

async function listContacts({ store }: Administration, { user }: UserOptions): Promise<Outcome> {
  const list = await store.lists.ofUser(user)
  if (!list) return refused(`there is no user ${JSON.stringify(user)}`)
  const entries = (await store.lists.entries(list.id)).map((row) => entryFromText(row.json))
  const contacts = entries.map((entry) => ({
    id: entry.id,
    name: entry.n,
    nickname: entry.k,
    address: entry.m,
    remark: entry.r,
    groups: entry.g ?? [],
    scope: entry.s === 'int' ? 'internal' : 'external',
    ...(entry.a === undefined ? {} : { proof: entry.a }),
    ...(entry.x === undefined ? {} : { expires: new Date(entry.x).toISOString() }),
    ...(entry.o === undefined ? {} : { direction: entry.o === 's' ? 'send' : 'receive' }),
  }))
  const rows = contacts.map(({ name, nickname, address, scope, groups }) => [
    name,
    nickname,
    address,
    scope,
    groups.join(', '),
  ])
  const text = `version ${list.ver}, ${contacts.length} contacts\n${table([['NAME', 'NICKNAME', 'ADDRESS', 'SCOPE', 'GROUPS'], ...rows])}`
  return succeeded(text, { version: list.ver, epoch: list.ep, contacts })
}
