/** `kith-server rule open|domain|deny|remove|list` */
import { readings } from '../../../shared/administration/readings.ts'
import { changes, does } from '../changing.ts'
import { group } from '../command.ts'
import { needed, text, word, words } from '../fields.ts'
import { givenOf, listing, reads } from '../reading.ts'

const units = 'all, department:NAME, group:ID or user:LOGIN'

/** `rule`; it works here and by a server elsewhere. */
export const ruleCommands = group('rule', 'rules that make lists of people', [
  does('open', `the people of a and b list each other; each: ${units}`, {
    by: 'OpenUnits',
    takes: { a: word('<a>'), b: word('<b>') },
  }),
  does('domain', 'everybody at a domain, such as @partner.example', {
    by: 'OpenDomain',
    takes: {
      domain: word('<domain>'),
      for: needed('<unit>', `who lists them: ${units}`),
      name: text('<name>', 'name of the contact'),
      proof: text('<level>', 'how incoming mail is proven; without: dmarc'),
    },
    given: ({ domain, for: audience, name, proof }) => {
      return { domain: domain.startsWith('@') ? domain : `@${domain}`, audience, ...givenOf({ name, proof }) }
    },
  }),
  does('deny', 'an address or @domain that nobody lists', {
    by: 'DenyAddress',
    takes: { what: word('<address>'), user: text('<login>', 'only this one does not') },
  }),
  changes('remove', 'remove rules by their ids', {
    takes: { ids: words('<ids...>') },
    of: ({ ids }) => ids.map((id) => ({ op: 'rule.remove', id })),
  }),
  reads('list', 'list the rules with their ids', {
    asks: readings.rules,
    takes: {},
    tell(answer, naming) {
      const rules = answer.rules.map(({ id, rule }) => ({ id, ...rule }))
      const shown = rules.map(({ id, op, ...rest }) => ({
        id,
        rule: op.slice('rule.'.length),
        what: naming.fields(rest),
      }))
      return listing('rules', rules, 'ID, RULE, WHAT', shown)
    },
  }),
])
