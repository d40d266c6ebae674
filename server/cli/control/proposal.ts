/** `kith-server proposal list|show|approve|refuse`: changes that wait for a second pair of eyes */
import type { z } from 'zod'
import type { Change } from '../../../shared/administration/change.ts'
import { outcomeForm } from '../../../shared/administration/deeds.ts'
import { type proposalForm, readings } from '../../../shared/administration/readings.ts'
import { jsonOf } from '../../../shared/json.ts'
import { reasonOf } from '../../admin-soap/faults.ts'
import type { Naming } from '../../administration/naming.ts'
import { toldOutcome } from '../changing.ts'
import { type Given, group, operating } from '../command.ts'
import { flag, reasonFields, word } from '../fields.ts'
import { type Outcome, refused, succeeded, told } from '../outcome.ts'
import { givenOf, iso, listing, reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

const id = word('<id>')
const decideFields = { ...reasonFields, id }

/** `proposal`; it works here and by a server elsewhere. */
export const proposalCommands = group('proposal', 'changes that wait for a second person', [
  reads('list', 'those that wait', {
    asks: readings.proposals,
    takes: { all: flag('those that were decided too') },
    given: ({ all }) => (all === true ? {} : { state: 'approval' }),
    tell(answer, naming) {
      const proposals = answer.proposals.map(toldProposal)
      const shown = proposals.map(({ changes, unreadable, ...rest }) => {
        const told = unreadable === true ? 'unreadable' : shortOf(changes, naming)
        return { ...rest, who: naming.actor(rest.who), changes: told }
      })
      return listing('proposals', proposals, 'ID, AT, WHO, STATE, CHANGES, WHY', shown)
    },
  }),
  reads('show', 'what it would change', {
    asks: readings.proposal,
    takes: { id },
    tell(answer, naming) {
      const proposal = toldProposal(answer.proposal)
      const { who, at, why, state, changes, unreadable } = proposal
      const head = `${state}, proposed by ${naming.actor(who)} at ${at}${why === '' ? '' : `: ${why}`}`
      const unread = '  what it would change cannot be read by this version: it can only be refused'
      const lines = changes.map((one) => `  ${changeText(one, naming)}`)
      return { text: [head, ...lines, ...(unreadable === true ? [unread] : [])].join('\n'), value: { proposal } }
    },
  }),
  operating('approve', 'have it carried out; not by whoever proposed it', decideFields, (transport, given) =>
    decided(transport, given, true),
  ),
  operating('refuse', 'drop it', decideFields, (transport, given) => decided(transport, given, false)),
])

/** A change in one line; an id of a rule or a request with what it stands for. */
function changeText(change: Change, naming: Naming): string {
  if ('id' in change) return `${change.op} ${naming.target(change.op, change.id)}`
  return `${change.op} ${naming.fields(change)}`
}

/** The first change, and how many more there are. */
function shortOf([first, ...others]: readonly Change[], naming: Naming): string {
  if (!first) return ''
  return `${changeText(first, naming)}${others.length === 0 ? '' : `, and ${others.length} more`}`
}

function toldProposal({ at, result, ...rest }: z.output<typeof proposalForm>) {
  return { ...rest, at: iso(at), ...(result === undefined ? {} : { result: jsonOf(result) }) }
}

async function decided(
  transport: Transport,
  { id: proposal, why }: Given<typeof decideFields>,
  approve: boolean,
): Promise<Outcome> {
  const given = givenOf({ id: proposal, approve, why })
  const answer = await transport.call('DecideProposal', given, outcomeForm)
  if (answer.ok && !approve) return succeeded(`${proposal} is refused`, { id: proposal, state: 'refused' })
  if (answer.ok)
    return toldOutcome(answer, { text: `${proposal} is approved and carried out`, value: { id: proposal } })
  const { fault } = answer
  return fault.kind === 'ChangeRefused'
    ? refused(`it was approved, but no longer fits: ${reasonOf(fault)}`)
    : told(answer, () => succeeded('', {}))
}
