/** `kith-server proposal list|show|approve|refuse`: changes that wait for a second pair of eyes */
import type { Command } from 'commander'
import { z } from 'zod'
import { outcomeForm } from '../../../shared/administration/deeds.ts'
import { type proposalForm, readings } from '../../../shared/administration/readings.ts'
import { jsonOf } from '../../../shared/json.ts'
import { reasonOf } from '../../admin-soap/faults.ts'
import { toldOutcome } from '../changing.ts'
import { commonOptions, operating, reasonOptions, withCommon, withReason } from '../command.ts'
import { type Outcome, refused, succeeded, table, told } from '../outcome.ts'
import type { Transport } from '../transport.ts'

const listOptions = commonOptions.extend({ all: z.boolean().optional() })

export function addProposalCommands(program: Command): void {
  const proposal = program.command('proposal').description('changes that wait for a second person')
  withCommon(proposal.command('list').description('those that wait'))
    .option('--all', 'those that were decided too')
    .action(operating(listOptions, list))
  withCommon(proposal.command('show <id>').description('what it would change')).action(operating(commonOptions, show))
  withReason(proposal.command('approve <id>').description('have it carried out; not by whoever proposed it')).action(
    operating(reasonOptions, (transport, { why }, id = '') => decided(transport, { id, why, approve: true })),
  )
  withReason(proposal.command('refuse <id>').description('drop it')).action(
    operating(reasonOptions, (transport, { why }, id = '') => decided(transport, { id, why, approve: false })),
  )
}

async function list(transport: Transport, { all }: z.infer<typeof listOptions>): Promise<Outcome> {
  const asked = all === true ? {} : { state: 'approval' }
  return told(await transport.call('ListProposals', asked, readings.proposals.output), (value) => {
    const proposals = value.proposals.map(toldProposal)
    const lines = proposals.map(({ id, at, who, state, changes, why }) => {
      return [id, at, who, state, `${changes.length}`, why]
    })
    return succeeded(table([['ID', 'AT', 'WHO', 'STATE', 'CHANGES', 'WHY'], ...lines]), { proposals })
  })
}

function toldProposal({ at, result, ...rest }: z.output<typeof proposalForm>) {
  return { ...rest, at: new Date(at).toISOString(), ...(result === undefined ? {} : { result: jsonOf(result) }) }
}

async function show(transport: Transport, _options: unknown, id = ''): Promise<Outcome> {
  return told(await transport.call('GetProposal', { id }, readings.proposal.output), (value) => {
    const proposal = toldProposal(value.proposal)
    const { who, at, why, state, changes } = proposal
    const head = `${state}, proposed by ${who} at ${at}${why === '' ? '' : `: ${why}`}`
    return succeeded([head, ...changes.map((change) => `  ${JSON.stringify(change)}`)].join('\n'), { proposal })
  })
}

type Deciding = { readonly id: string; readonly why: string | undefined; readonly approve: boolean }

async function decided(transport: Transport, { id, why, approve }: Deciding): Promise<Outcome> {
  const given = { id, approve, ...(why === undefined ? {} : { why }) }
  const answer = await transport.call('DecideProposal', given, outcomeForm)
  if (answer.ok && !approve) return succeeded(`${id} is refused`, { id, state: 'refused' })
  if (answer.ok) return toldOutcome(answer, { text: `${id} is approved and carried out`, value: { id } })
  const { fault } = answer
  return fault.kind === 'ChangeRefused'
    ? refused(`it was approved, but no longer fits: ${reasonOf(fault)}`)
    : told(answer, () => succeeded('', {}))
}
