/** `kith-server contact list|unused|expiring`: what only looks */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { ContactInput } from '../../../shared/administration/change.ts'
import { type AdminContact, readings } from '../../../shared/administration/readings.ts'
import { ruleWords, sourceWords } from '../../administration/explain-words.ts'
import { writeCsv } from '../../import/csv/write.ts'
import { allRows } from '../all-rows.ts'
import { commonOptions, operating, readDays, withCommon } from '../command.ts'
import { type Outcome, succeeded, table, told } from '../outcome.ts'
import { givenOf, iso, reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

const listOptions = commonOptions.extend({ user: z.string(), effective: z.boolean().optional() })
const exportOptions = listOptions.extend({ format: z.enum(['csv', 'json']) })
const daysOptions = commonOptions.extend({ user: z.string().optional(), days: z.number() })

/** Puts them under `contact`; they work here and by a server elsewhere. */
export function addContactReadings(contact: Command): void {
  withCommon(contact.command('list').description('list the contacts'))
    .requiredOption('--user <login>', 'whose whitelist')
    .option('--effective', 'all that the user sees, with the rule that each comes from')
    .action(operating(listOptions, listContacts))
  withCommon(contact.command('export').description('the contacts, to be imported elsewhere'))
    .requiredOption('--user <login>', 'whose whitelist')
    .option('--effective', 'all that the user sees')
    .addOption(
      new Option('--format <format>', 'csv, or one JSON object a line').choices(['csv', 'json']).default('csv'),
    )
    .action(operating(exportOptions, exportContacts))
  withCommon(contact.command('unused').description('contacts that were neither used nor changed for long'))
    .option('--user <login>', 'whose whitelist; without: everybody')
    .option('--days <days>', 'for how long', readDays, 90)
    .action(
      reads(daysOptions, {
        name: 'ListUnused',
        form: readings.unused.output,
        given: ({ user, days }) => givenOf({ user, days }),
        tell(answer) {
          const contacts = answer.contacts.map(({ used, source, ...rest }) => {
            return { ...rest, from: sourceWords(source), ...(used === undefined ? {} : { used: iso(used) }) }
          })
          const rows = contacts.map(({ user, name, address, from, used = 'never' }) => [
            user,
            name,
            address,
            from,
            used,
          ])
          return { head: ['USER', 'NAME', 'ADDRESS', 'FROM', 'USED'], rows, value: { contacts } }
        },
      }),
    )
  withCommon(contact.command('expiring').description('contacts and guests whose time ends soon'))
    .option('--user <login>', 'whose whitelist; without: everybody')
    .option('--days <days>', 'how soon', readDays, 30)
    .action(
      reads(daysOptions, {
        name: 'ListExpiring',
        form: readings.expiring.output,
        given: ({ user, days }) => givenOf({ user, days }),
        tell(answer) {
          const contacts = answer.contacts.map((one) => ({ ...one, expires: iso(one.expires) }))
          const rows = contacts.map(({ user, name, address, kind, expires }) => [user, name, address, kind, expires])
          return { head: ['USER', 'NAME', 'ADDRESS', 'KIND', 'EXPIRES'], rows, value: { contacts } }
        },
      }),
    )
}

async function contactsOf(transport: Transport, { user, effective }: z.infer<typeof listOptions>) {
  const given = { user, ...givenOf({ effective }) }
  return allRows(transport, { name: 'ListContacts', given, form: readings.contacts.output }, (page) => page.contacts)
}

async function exportContacts(transport: Transport, options: z.infer<typeof exportOptions>): Promise<Outcome> {
  return told(await contactsOf(transport, options), ({ rows }) => {
    // What stays closed within an open domain is no contact.
    const contacts = rows.filter(({ closed }) => !closed).map(inputOf)
    const text = options.format === 'csv' ? writeCsv(contacts) : contacts.map((one) => JSON.stringify(one)).join('\n')
    return succeeded(text.replace(/\r\n$/, ''), { contacts })
  })
}

/** As an administrator would give it. */
function inputOf(contact: AdminContact): ContactInput {
  const { id: _id, source: _source, denied: _denied, closed: _closed, admitted: _admitted, ...input } = contact
  return input
}

/** Where it comes from, in words. */
function originOf({ id, source, admitted }: AdminContact): string {
  if (source !== undefined) return sourceWords(source)
  return id.startsWith('u.') ? admitted.map(ruleWords).join('; ') : `rule ${id.slice(2)}`
}

async function listContacts(transport: Transport, options: z.infer<typeof listOptions>): Promise<Outcome> {
  return told(await contactsOf(transport, options), ({ rows: found, last: { version, epoch } }) => {
    const contacts = found.map((contact) => {
      const { expires, nickname = '', remark = '', groups = [], ...input } = inputOf(contact)
      return {
        id: contact.id,
        ...input,
        nickname,
        remark,
        groups,
        ...(typeof expires === 'number' ? { expires: iso(expires) } : {}),
        ...(contact.closed ? { closed: true } : {}),
        from: originOf(contact),
        ...(contact.denied ? { denied: true } : {}),
      }
    })
    const rows = contacts.map(({ name, nickname, address, scope = '', groups, from, denied, closed }) => {
      const standing = `${from}${denied ? ', but denied' : ''}${closed ? ', closed' : ''}`
      return [name, nickname, address, scope, groups.join(', '), standing]
    })
    const head = ['NAME', 'NICKNAME', 'ADDRESS', 'SCOPE', 'GROUPS', 'FROM']
    const text = `version ${version}, ${contacts.length} contacts\n${table([head, ...rows])}`
    return succeeded(text, { version, epoch, contacts })
  })
}
