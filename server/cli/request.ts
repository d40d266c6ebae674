/** `kith-server request list|approve|refuse` */
import { readings } from '../../shared/administration/readings.ts'
import { operate } from './changing.ts'
import { type Given, group, operating } from './command.ts'
import { changeFields, flag, word } from './fields.ts'
import { learnNames } from './names.ts'
import { type Outcome, refused, succeeded, told } from './outcome.ts'
import { askReading, iso, listing, reads } from './reading.ts'
import type { Transport } from './transport.ts'

const decideFields = { ...changeFields, request: word('<request>') }

/** `request`; it works here and by a server elsewhere. */
export const requestCommands = group('request', 'wishes of users for contacts', [
  reads('list', 'requests that wait, and for whom', {
    asks: readings.requests,
    takes: { all: flag('those that ended, too') },
    tell(answer, naming) {
      const requests = answer.requests.map(({ id, at, scope: _scope, approval: _approval, ...rest }) => {
        return { request: id, ...rest, waits: waitsFor(rest), at: iso(at) }
      })
      const shown = requests.map((one) => ({
        ...one,
        user: naming.person(one.user),
        address: one.peer === '' ? one.address : `${one.address}, ${naming.person(one.peer)}`,
        waits: one.waits.startsWith('sponsor ') && one.sponsor ? `sponsor ${naming.person(one.sponsor)}` : one.waits,
        note: JSON.stringify(one.note),
      }))
      return listing('requests', requests, 'REQUEST, USER, ADDRESS, WAITS FOR=waits, AT, NOTE', shown)
    },
  }),
  operating('approve', 'let each side list the other', decideFields, (transport, given) =>
    decide(transport, given, true),
  ),
  operating('refuse', 'end a request; it cannot be repeated for 30 days', decideFields, (transport, given) =>
    decide(transport, given, false),
  ),
])

async function decide(
  transport: Transport,
  { request: id, ...options }: Given<typeof decideFields>,
  approve: boolean,
): Promise<Outcome> {
  const found = await askReading(transport, readings.requests, { all: true })
  if (!found.ok) return told(found, () => succeeded('', {}))
  const request = found.value.requests.find((one) => one.id === id)
  if (!request) return refused(`there is no request ${JSON.stringify(id)}`)
  const { user, address } = request
  const { person } = await learnNames(transport, request)
  const text = approve ? `${person(user)} and ${address} list each other` : `the request of ${person(user)} is refused`
  const asked = { name: 'DecideRequest', given: { id, approve } }
  return operate(transport, options, asked, { text, value: { request: id, user, address } })
}

/** For whom: `peer`, `administrator`, `sponsor LOGIN`; a rule that keeps the two apart; or nobody. */
function waitsFor({ waits = '', sponsor }: { readonly waits?: string; readonly sponsor?: string }): string {
  if (waits === 'rule') return 'a deny rule'
  return waits === 'sponsor' && sponsor !== undefined ? `sponsor ${sponsor}` : waits
}
