/** `kith-server request list|approve|refuse` */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../shared/administration/readings.ts'
import { operate } from './changing.ts'
import { type ChangeOptions, changeOptions, commonOptions, operating, withChange, withCommon } from './command.ts'
import { type Outcome, refused, succeeded, told } from './outcome.ts'
import { givenOf, iso, reads } from './reading.ts'
import type { Transport } from './transport.ts'

const listOptions = commonOptions.extend({ all: z.boolean().optional() })

/** Adds `request`; it works here and by a server elsewhere. */
export function addRequestCommands(program: Command): void {
  const request = program.command('request').description('wishes of users for contacts')
  withCommon(request.command('list').description('requests that wait, and for whom'))
    .option('--all', 'those that ended, too')
    .action(
      reads(listOptions, {
        name: 'ListRequests',
        form: readings.requests.output,
        given: ({ all }) => givenOf({ all }),
        tell(answer) {
          const requests = answer.requests.map(({ id, at, scope: _scope, approval: _approval, ...rest }) => {
            return { request: id, ...rest, waits: waitsFor(rest), at: iso(at) }
          })
          const rows = requests.map(({ request: id, user, address, waits, at, note }) => {
            return [id, user, address, waits, at, JSON.stringify(note)]
          })
          return { head: ['REQUEST', 'USER', 'ADDRESS', 'WAITS FOR', 'AT', 'NOTE'], rows, value: { requests } }
        },
      }),
    )
  for (const { verb, approve, says } of [
    { verb: 'approve', approve: true, says: 'let each side list the other' },
    { verb: 'refuse', approve: false, says: 'end a request; it cannot be repeated for 30 days' },
  ]) {
    withChange(request.command(`${verb} <request>`).description(says)).action(
      operating(changeOptions, (transport, options, id = '') => decide(transport, options, { id, approve })),
    )
  }
}

type Decision = { readonly id: string; readonly approve: boolean }

async function decide(transport: Transport, options: ChangeOptions, { id, approve }: Decision): Promise<Outcome> {
  const found = await transport.call('ListRequests', { all: true }, readings.requests.output)
  if (!found.ok) return told(found, () => succeeded('', {}))
  const request = found.value.requests.find((one) => one.id === id)
  if (!request) return refused(`there is no request ${JSON.stringify(id)}`)
  const { user, address } = request
  return operate(
    transport,
    options,
    { name: 'DecideRequest', given: { id, approve } },
    {
      text: approve ? `${user} and ${address} list each other` : `the request of ${user} is refused`,
      value: { request: id, user, address },
    },
  )
}

/** For whom: `peer`, `administrator`, `sponsor LOGIN`; a rule that keeps the two apart; or nobody. */
function waitsFor({ waits = '', sponsor }: { readonly waits?: string; readonly sponsor?: string }): string {
  if (waits === 'rule') return 'a deny rule'
  return waits === 'sponsor' && sponsor !== undefined ? `sponsor ${sponsor}` : waits
}
