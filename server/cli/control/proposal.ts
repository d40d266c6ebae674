/** `kith-server proposal list|show|approve|refuse`: changes that wait for a second pair of eyes */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../../administration/administer.ts'
import { decide, runOf } from '../../administration/submit.ts'
import type { ProposalRow } from '../../store/administration/tables.ts'
import { administering, commonOptions, reasonOptions, withCommon, withReason } from '../command.ts'
import { type Outcome, refused, succeeded, table } from '../outcome.ts'

const listOptions = commonOptions.extend({ all: z.boolean().optional() })

export function addProposalCommands(program: Command): void {
  const proposal = program.command('proposal').description('changes that wait for a second person')
  withCommon(proposal.command('list').description('those that wait'))
    .option('--all', 'those that were decided too')
    .action(administering(listOptions, list))
  withCommon(proposal.command('show <id>').description('what it would change')).action(
    administering(commonOptions, show),
  )
  withReason(proposal.command('approve <id>').description('have it carried out; not by whoever proposed it')).action(
    administering(reasonOptions, (administration, { why }, id = '') =>
      decided(administration, { id, why, approve: true }),
    ),
  )
  withReason(proposal.command('refuse <id>').description('drop it')).action(
    administering(reasonOptions, (administration, { why }, id = '') =>
      decided(administration, { id, why, approve: false }),
    ),
  )
}

async function list({ store }: Administration, { all }: z.infer<typeof listOptions>): Promise<Outcome> {
  const rows = await store.administration.proposals(all ? undefined : 'approval')
  const proposals = rows.map(toldProposal)
  const lines = proposals.map(({ id, at, who, state, changes, why }) => [id, at, who, state, `${changes.length}`, why])
  return succeeded(table([['ID', 'AT', 'WHO', 'STATE', 'CHANGES', 'WHY'], ...lines]), { proposals })
}

function toldProposal(row: ProposalRow) {
  const { id, at, who, via, why, state, approved_by: by, result } = row
  return {
    id,
    at: new Date(at).toISOString(),
    who,
    via,
    why,
    state,
    changes: runOf(row).changes,
    ...(by === '' ? {} : { by }),
    ...(result === '' ? {} : { result: JSON.parse(result) as unknown }),
  }
}

async function show({ store }: Administration, _options: unknown, id = ''): Promise<Outcome> {
  const row = await store.administration.proposal(id)
  if (!row) return refused(`there is no proposal ${JSON.stringify(id)}`)
  const proposal = toldProposal(row)
  const { who, at, why, state, changes } = proposal
  const head = `${state}, proposed by ${who} at ${at}${why === '' ? '' : `: ${why}`}`
  return succeeded([head, ...changes.map((change) => `  ${JSON.stringify(change)}`)].join('\n'), { proposal })
}

type Deciding = { readonly id: string; readonly why: string | undefined; readonly approve: boolean }

async function decided(
  { store, actor, note, carryOut }: Administration,
  { id, why = '', approve }: Deciding,
): Promise<Outcome> {
  const done = await store.transaction(async (inside) => {
    const result = await decide(inside, { id, who: actor.who, approve })
    if (result.ok) await note(inside, { op: `proposal.${approve ? 'approve' : 'refuse'}`, target: id, why })
    return result
  })
  if (!done.ok) return refused(done.why)
  if (!approve) return succeeded(`${id} is refused`, { id, state: 'refused' })
  // Where the server runs, its policy process may be faster: then there is nothing left to carry out.
  await carryOut()
  const row = await store.administration.proposal(id)
  if (row?.state !== 'refused') return succeeded(`${id} is approved and carried out`, { id, state: row?.state })
  return refused(`it was approved, but no longer fits: ${row.result}`)
}
