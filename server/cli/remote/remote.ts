/** `kith-server --remote URL ...`: the commands that a server elsewhere carries out by its administration service. */
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { z } from 'zod'
import { contactChangesSchema } from '../../../shared/administration/change.ts'
import { outcomeForm as outcome } from '../../../shared/administration/deeds.ts'
import { readings } from '../../../shared/administration/readings.ts'
import { jsonOf } from '../../../shared/json.ts'
import { fieldsOf, withFields } from '../contacts/contact.ts'
import { type Outcome, refused, succeeded, table, unavailable } from '../outcome.ts'
import type { Remote } from './connection.ts'
import { remotely, remoteOptions, told, withServer } from './frame.ts'
import { addSignCommand } from './sign.ts'

const change = remoteOptions.extend({ why: z.string().optional(), dryRun: z.boolean().optional() })

export function createRemoteProgram(): Command {
  const program = withServer(new Command('kith-server').exitOverride()).description('administers a server elsewhere')
  addContact(program.command('contact').description("contacts of users' whitelists"))
  program
    .command('why')
    .description('which rule admits or refuses an address')
    .requiredOption('--user <login>', 'whose whitelist')
    .requiredOption('--address <address>', 'the address in question')
    .action(remotely(remoteOptions.extend({ user: z.string(), address: z.string() }), why))
  withChange(program.command('run <file>').description('changes: a JSON array, all or none')).action(
    remotely(change, runFile),
  )
  addAudit(program.command('audit').description('the log of every change'))
  addProposal(program.command('proposal').description('changes that wait for a second person'))
  program
    .command('call <operation> [json]')
    .description('any operation of the service, as its WSDL names it')
    .action(remotely(remoteOptions, callAny))
  addSignCommand(program)
  return program
}

function withChange(command: Command): Command {
  return command
    .option('--why <text>', 'the reason, for the audit log')
    .option('--dry-run', 'show what would change, and keep nothing')
}

async function changed(remote: Remote, name: string, given: object): Promise<Outcome> {
  return told(await remote.call(name, given, outcome), (value) => {
    const { state, proposal, needs, lists, audit } = value
    if (state === 'pending')
      return succeeded(
        `it waits for ${needs === 'approval' ? 'a second person' : 'the policy key'}: ${proposal}`,
        value,
      )
    const lines = lists.map(({ user, version, added, changed: other, removed }) =>
      [`list of ${user}: version ${version}`, `${added} added, ${other} changed, ${removed} removed`].join(', '),
    )
    const head =
      state === 'dryRun' ? 'nothing was changed; this would be:' : `done: lines ${audit.join(', ')} of the log`
    return succeeded([head, ...lines].join('\n'), value)
  })
}

type Asked = { readonly why?: string | undefined; readonly dryRun?: boolean | undefined }

function asked({ why: reason, dryRun }: Asked) {
  return { ...(reason === undefined ? {} : { why: reason }), ...(dryRun === undefined ? {} : { dryRun }) }
}

const contactOptions = change.extend({
  user: z.string(),
  ...contactChangesSchema.omit({ groups: true }).shape,
  group: z.array(z.string()).optional(),
})
const listOptions = remoteOptions.extend({ user: z.string(), effective: z.boolean().optional() })

function addContact(contact: Command): void {
  withChange(withFields(contact.command('add <address>').requiredOption('--user <login>', 'whose whitelist'))).action(
    remotely(contactOptions, (remote, options, address = '') => {
      const { user } = options
      return changed(remote, 'AddContact', { user, contact: { ...fieldsOf(options), address }, ...asked(options) })
    }),
  )
  withChange(contact.command('remove <addresses...>').requiredOption('--user <login>', 'whose whitelist')).action(
    remotely(change.extend({ user: z.string() }), (remote, { user, ...options }, ...addresses) => {
      const changes = addresses.map((address) => ({ op: 'contact.remove', user, address }))
      return changed(remote, 'RunChanges', { changes, ...asked(options) })
    }),
  )
  contact
    .command('list')
    .requiredOption('--user <login>', 'whose whitelist')
    .option('--effective', 'all that the user sees')
    .action(remotely(listOptions, listContacts))
}

async function listContacts(remote: Remote, { user, effective }: z.output<typeof listOptions>): Promise<Outcome> {
  const given = { user, count: 10_000, ...(effective === undefined ? {} : { effective }) }
  return told(await remote.call('ListContacts', given, readings.contacts.output), (value) => {
    const rows = value.contacts.map(({ name, address, scope = '', source }) => [
      name,
      address,
      scope,
      source ?? 'a rule',
    ])
    const head = `version ${value.version}, ${value.total} contacts`
    return succeeded([head, table([['NAME', 'ADDRESS', 'SCOPE', 'SOURCE'], ...rows])].join('\n'), value)
  })
}

async function why(remote: Remote, { user, address }: { user: string; address: string }): Promise<Outcome> {
  const answer = await remote.call('Why', { user, address }, readings.why.output)
  return told(answer, (value) => succeeded(value.words.join('\n'), value))
}

async function runFile(remote: Remote, options: z.output<typeof change>, file = ''): Promise<Outcome> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return unavailable(`cannot read ${file}`)
  const changes = jsonOf(text)
  return Array.isArray(changes)
    ? changed(remote, 'RunChanges', { changes, ...asked(options) })
    : refused(`${file} is not a JSON array of changes`)
}

const searching = remoteOptions.extend({
  search: z.string().optional(),
  before: z.coerce.number().optional(),
  count: z.coerce.number(),
})

function addAudit(audit: Command): void {
  audit
    .command('list')
    .description('newest first')
    .option('--search <text>', 'in who, what, whom, why')
    .option('--before <number>', 'only lines older than this one')
    .option('--count <number>', 'how many', '50')
    .action(
      remotely(searching, async (remote, { search, before, count }) => {
        const given = {
          count,
          ...(search === undefined ? {} : { search }),
          ...(before === undefined ? {} : { before }),
        }
        return told(await remote.call('ListAudit', given, readings.audit.output.omit({ more: true })), (value) => {
          const rows = value.lines.map(({ n, at, who, op, target, why: reason }) => [
            `${n}`,
            new Date(at).toISOString(),
            who,
            op,
            target,
            reason,
          ])
          return succeeded(table([['LINE', 'AT', 'WHO', 'WHAT', 'WHOM', 'WHY'], ...rows]), value)
        })
      }),
    )
  audit
    .command('verify')
    .action(
      remotely(remoteOptions, async (remote) =>
        told(await remote.call('VerifyAudit', {}, readings.auditState.output), (value) =>
          value.holds
            ? succeeded(`${value.lines} lines, all of them as they were written`, value)
            : refused(`the log is broken at line ${value.broken}`),
        ),
      ),
    )
}

function addProposal(proposal: Command): void {
  proposal
    .command('list')
    .option('--all', 'those that were decided too')
    .action(
      remotely(remoteOptions.extend({ all: z.boolean().optional() }), async (remote, { all }) =>
        told(
          await remote.call('ListProposals', all ? {} : { state: 'approval' }, readings.proposals.output),
          (value) => {
            const rows = value.proposals.map(({ id, at, who, state, changes, why: reason }) => [
              id,
              new Date(at).toISOString(),
              who,
              state,
              `${changes.length}`,
              reason,
            ])
            return succeeded(table([['ID', 'AT', 'WHO', 'STATE', 'CHANGES', 'WHY'], ...rows]), value)
          },
        ),
      ),
    )
  proposal.command('show <id>').action(
    remotely(remoteOptions, async (remote, _options, id = '') =>
      told(await remote.call('GetProposal', { id }, readings.proposal.output), (value) => {
        const { state, who, at, changes } = value.proposal
        const lines = changes.map((one) => `  ${JSON.stringify(one)}`)
        return succeeded([`${state}, proposed by ${who} at ${at}`, ...lines].join('\n'), value)
      }),
    ),
  )
  for (const [verb, approve] of [
    ['approve', true],
    ['refuse', false],
  ] as const) {
    withChange(proposal.command(`${verb} <id>`)).action(
      remotely(change, (remote, { why: reason }, id = '') =>
        changed(remote, 'DecideProposal', { id, approve, ...asked({ why: reason }) }),
      ),
    )
  }
}

async function callAny(remote: Remote, _options: unknown, name = '', json = '{}'): Promise<Outcome> {
  const answer = await remote.call(name, jsonOf(json), z.record(z.string(), z.unknown()))
  return told(answer, (value) => succeeded(JSON.stringify(value, undefined, 2), value))
}
