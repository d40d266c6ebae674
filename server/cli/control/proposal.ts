/** `kith-server proposal list|show|approve|refuse`: changes that wait for a second pair of eyes */
import type { Command } from 'commander'
import { z } from 'zod'
import { outcomeForm } from '../../../shared/administration/deeds.ts'
import { type proposalForm, readings } from '../../../shared/administration/readings.ts'
import { jsonOf } from '../../../shared/json.ts'
import { reasonOf } from '../../admin-soap/faults.ts'
import { toldOutcome } from '../changing.ts'
import { commonOptions, operating, reasonOptions, withCommon, withReason } from '../command.ts'
import { type Outcome, refused, succeeded, told } from '../outcome.ts'
import { givenOf, iso, reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

const listOptions = commonOptions.extend({ all: z.boolean().optional() })

/** Adds `proposal`; it works here and by a server elsewhere. */
export function addProposalCommands(program: Command): void {
  const proposal = program.command('proposal').description('changes that wait for a second person')
  withCommon(proposal.command('list').description('those that wait'))
    .option('--all', 'those that were decided too')
    .action(
      reads(listOptions, {
        name: 'ListProposals',
        form: readings.proposals.output,
        given: ({ all }) => (all === true ? {} : { state: 'approval' }),
        tell(answer) {
          const proposals = answer.proposals.map(toldProposal)
          const rows = proposals.map(({ id, at, who, state, changes, why, unreadable }) => {
            return [id, at, who, state, unreadable === true ? 'unreadable' : `${changes.length}`, why]
          })
          return { head: ['ID', 'AT', 'WHO', 'STATE', 'CHANGES', 'WHY'], rows, value: { proposals } }
        },
      }),
    )
  withCommon(proposal.command('show <id>').description('what it would change')).action(
    reads(commonOptions, {
      name: 'GetProposal',
      form: readings.proposal.output,
      given: (_options, id) => ({ id }),
      tell(answer) {
        const told = toldProposal(answer.proposal)
        const { who, at, why, state, changes, unreadable } = told
        const head = `${state}, proposed by ${who} at ${at}${why === '' ? '' : `: ${why}`}`
        return {
          text: [
            head,
            ...changes.map((one) => `  ${JSON.stringify(one)}`),
            ...(unreadable === true
              ? ['  what it would change cannot be read by this version: it can only be refused']
              : []),
          ].join('\n'),
          value: { proposal: told },
        }
      },
    }),
  )
  withReason(proposal.command('approve <id>').description('have it carried out; not by whoever proposed it')).action(
    operating(reasonOptions, (transport, { why }, id = '') => decided(transport, { id, why, approve: true })),
  )
  withReason(proposal.command('refuse <id>').description('drop it')).action(
    operating(reasonOptions, (transport, { why }, id = '') => decided(transport, { id, why, approve: false })),
  )
}

function toldProposal({ at, result, ...rest }: z.output<typeof proposalForm>) {
  return { ...rest, at: iso(at), ...(result === undefined ? {} : { result: jsonOf(result) }) }
}

type Deciding = { readonly id: string; readonly why: string | undefined; readonly approve: boolean }

async function decided(transport: Transport, { id, why, approve }: Deciding): Promise<Outcome> {
  const given = { id, approve, ...givenOf({ why }) }
  const answer = await transport.call('DecideProposal', given, outcomeForm)
  if (answer.ok && !approve) return succeeded(`${id} is refused`, { id, state: 'refused' })
  if (answer.ok) return toldOutcome(answer, { text: `${id} is approved and carried out`, value: { id } })
  const { fault } = answer
  return fault.kind === 'ChangeRefused'
    ? refused(`it was approved, but no longer fits: ${reasonOf(fault)}`)
    : told(answer, () => succeeded('', {}))
}
