/** `kith-server contact list|export|unused|expiring`: what only looks */
import { z } from 'zod'
import type { ContactInput } from '../../../shared/administration/change.ts'
import { type AdminContact, readings } from '../../../shared/administration/readings.ts'
import { ruleWords, sourceWords } from '../../administration/explain-words.ts'
import { type Naming, noNames } from '../../administration/naming.ts'
import { writeCsv } from '../../import/csv/write.ts'
import { allRows } from '../all-rows.ts'
import { type Given, operating } from '../command.ts'
import { days, flag, needed, option, text } from '../fields.ts'
import { learnNames } from '../names.ts'
import { type Outcome, succeeded, told } from '../outcome.ts'
import { givenOf, iso, listed, listing, reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

const user = needed('<login>', 'whose whitelist')
const anyUser = text('<login>', 'whose whitelist; without: everybody')
const listFields = { user, effective: flag('all that the user sees, with the rule that each comes from') }
const exportFields = {
  user,
  effective: flag('all that the user sees'),
  format: option(z.enum(['csv', 'json']).default('csv'), '<format>', 'csv, or one JSON object a line'),
}

/** What is below `contact`; they work here and by a server elsewhere. */
export const contactReadings = [
  operating('list', 'list the contacts', listFields, listContacts),
  operating('export', 'the contacts, to be imported elsewhere', exportFields, exportContacts),
  reads('unused', 'contacts that were neither used nor changed for long', {
    asks: readings.unused,
    takes: { user: anyUser, days: option(days.default(90), '<days>', 'for how long') },
    tell(answer, naming) {
      const contacts = answer.contacts.map(({ used, source, ...rest }) => {
        return { ...rest, from: sourceWords(source), ...(used === undefined ? {} : { used: iso(used) }) }
      })
      const shown = contacts.map((one) => ({ used: 'never', ...one, user: naming.person(one.user) }))
      return listing('contacts', contacts, 'USER, NAME, ADDRESS, FROM, USED', shown)
    },
  }),
  reads('expiring', 'contacts and guests whose time ends soon', {
    asks: readings.expiring,
    takes: { user: anyUser, days: option(days.default(30), '<days>', 'how soon') },
    tell(answer, naming) {
      const contacts = answer.contacts.map((one) => ({ ...one, expires: iso(one.expires) }))
      const shown = contacts.map((one) => ({ ...one, user: naming.person(one.user) }))
      return listing('contacts', contacts, 'USER, NAME, ADDRESS, KIND, EXPIRES', shown)
    },
  }),
]

async function contactsOf(transport: Transport, { user: login, effective }: Given<typeof listFields>) {
  const given = givenOf({ user: login, effective })
  return allRows(transport, [readings.contacts, given], (page) => page.contacts)
}

async function exportContacts(transport: Transport, options: Given<typeof exportFields>): Promise<Outcome> {
  return told(await contactsOf(transport, options), ({ rows }) => {
    // What stays closed within an open domain is no contact.
    const contacts = rows.filter(({ closed }) => !closed).map(inputOf)
    const all = options.format === 'csv' ? writeCsv(contacts) : contacts.map((one) => JSON.stringify(one)).join('\n')
    return succeeded(all.replace(/\r\n$/, ''), { contacts })
  })
}

/** As an administrator would give it. */
function inputOf(contact: AdminContact): ContactInput {
  const { id: _id, source: _source, denied: _denied, closed: _closed, admitted: _admitted, ...input } = contact
  return input
}

/** Where it comes from, in words. */
function originOf({ id, source, admitted }: AdminContact, naming: Naming = noNames): string {
  if (source !== undefined) return sourceWords(source)
  const isCard = id.startsWith('u.')
  return isCard ? admitted.map((one) => ruleWords(one, naming)).join('; ') : `rule ${id.slice(2)}`
}

async function listContacts(transport: Transport, options: Given<typeof listFields>): Promise<Outcome> {
  const answer = await contactsOf(transport, options)
  const naming = answer.ok && options.json !== true ? await learnNames(transport, answer.value.rows) : noNames
  return told(answer, ({ rows: found, last: { version, epoch } }) => {
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
    const origins = found.map((contact) => originOf(contact, naming))
    const shown = contacts.map((one, index) => ({
      ...one,
      groups: one.groups.join(', '),
      from: `${origins[index] ?? ''}${one.denied ? ', but denied' : ''}${one.closed ? ', closed' : ''}`,
    }))
    const { value, ...rest } = listing('contacts', contacts, 'NAME, NICKNAME, ADDRESS, SCOPE, GROUPS, FROM', shown)
    return listed({
      ...rest,
      text: `version ${version}, ${contacts.length} contacts`,
      value: { version, epoch, ...value },
    })
  })
}
