/** `kith-server request list|approve|refuse` */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../administration/administer.ts'
import { type OperatorView, requestsForOperators } from '../administration/requests/views.ts'
import { faultOfSubmitted } from '../administration/submit.ts'
import { administering, commonOptions, withCommon } from './command.ts'
import { type Outcome, refused, succeeded, table } from './outcome.ts'

const listOptions = commonOptions.extend({ all: z.boolean().optional() })
const endOptions = commonOptions.extend({ why: z.string().max(500).optional() })

export function addRequestCommands(program: Command): void {
  const request = program.command('request').description('wishes of users for contacts')
  withCommon(request.command('list').description('requests that wait, and for whom'))
    .option('--all', 'those that ended, too')
    .action(administering(listOptions, list))
  for (const { verb, op, says } of [
    { verb: 'approve', op: 'request.link', says: 'let each side list the other' },
    { verb: 'refuse', op: 'request.refuse', says: 'end a request; it cannot be repeated for 30 days' },
  ] as const) {
    withCommon(request.command(`${verb} <request>`).description(says))
      .option('--why <text>', 'for the audit log')
      .action(
        administering(endOptions, (administration, { why = '' }, id = '') => end(administration, { op, id, why })),
      )
  }
}

type End = { readonly op: 'request.link' | 'request.refuse'; readonly id: string; readonly why: string }

async function end({ store, run }: Administration, { op, id, why }: End): Promise<Outcome> {
  const found = (await requestsForOperators(store)).find(({ row }) => row.id === id)
  if (!found) return refused(`there is no request ${JSON.stringify(id)}`)
  const change = op === 'request.refuse' ? { op, id } : { op, id, scope: found.scope ?? 'external' }
  const fault = faultOfSubmitted(await run([change], { why }))
  if (fault !== undefined) return refused(fault)
  const { user, address } = found.row
  const words = op === 'request.link' ? `${user} and ${address} list each other` : `the request of ${user} is refused`
  return succeeded(words, { request: id, user, address })
}

async function list({ store }: Administration, { all }: z.infer<typeof listOptions>): Promise<Outcome> {
  const views = await requestsForOperators(store)
  const shown = views.filter(({ row }) => all === true || row.state === 'asked' || row.state === 'accepted')
  const requests = shown.map((view) => ({
    request: view.row.id,
    user: view.row.user,
    address: view.row.address,
    peer: view.row.peer,
    note: view.row.note,
    state: view.row.state,
    waits: waitsFor(view),
    denied: view.denied,
    at: new Date(view.row.at).toISOString(),
  }))
  const rows = requests.map(({ request, user, address, waits, at, note }) => [
    request,
    user,
    address,
    waits,
    at,
    JSON.stringify(note),
  ])
  return succeeded(table([['REQUEST', 'USER', 'ADDRESS', 'WAITS FOR', 'AT', 'NOTE'], ...rows]), { requests })
}

/** For whom: `peer`, `administrator`, `sponsor LOGIN`; a rule that keeps the two apart; or nobody. */
function waitsFor({ row, approval, denied }: OperatorView): string {
  if (row.state !== 'asked' && row.state !== 'accepted') return ''
  if (denied) return 'a deny rule'
  if (row.state === 'asked') return 'peer'
  return approval?.by === 'sponsor' ? `sponsor ${approval.sponsor}` : (approval?.by ?? 'administrator')
}
