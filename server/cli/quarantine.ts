/** `kith-server quarantine list|show|requests|release|refuse` */
import { readings } from '../../shared/administration/readings.ts'
import type { Context } from '../settings/context.ts'
import { change } from './changing.ts'
import { type Given, group, onFolder, operating } from './command.ts'
import { needed, reasonFields, word } from './fields.ts'
import { type Outcome, refused, succeeded } from './outcome.ts'
import { iso, listed, listing, reads } from './reading.ts'
import type { Transport } from './transport.ts'

const user = needed('<login>', 'whose quarantine')
const number = word('<number>')
const decideFields = { ...reasonFields, number, user }

/** `quarantine`; decisions work by a server elsewhere, too, reading messages here alone. */
export const quarantineCommands = group('quarantine', 'messages that the gateway keeps back', [
  onFolder('list', 'list them, newest first', { user }, list),
  onFolder('show', 'print a message as it came', { number, user }, show),
  reads('requests', 'messages that users ask for, oldest first', {
    asks: readings.releases,
    takes: {},
    tell({ releases }) {
      const asked = releases.map(({ at, claimedAddress: sender, ...rest }) => ({ ...rest, at: iso(at), sender }))
      return listing('requests', asked, 'NUMBER=id, USER, TIME=at, RULE, REASON, FROM=sender, SUBJECT')
    },
  }),
  operating('release', 'have the gateway deliver a message', decideFields, (transport, given) =>
    decide(transport, given, 'release'),
  ),
  operating('refuse', 'keep a message back although its user asks for it', decideFields, (transport, given) =>
    decide(transport, given, 'refuse'),
  ),
])

async function list({ store }: Context, { user: login }: { readonly user: string }): Promise<Outcome> {
  const messages = (await store.quarantine.ofUser(login)).map(
    ({ id, at, sender, subject, rule, reason, size, state }) => {
      return { id, at: iso(at), sender, subject, rule, reason, size, state }
    },
  )
  return listed(listing('messages', messages, 'NUMBER=id, TIME=at, STATE, RULE, REASON, FROM=sender, SUBJECT'))
}

type Kept = { readonly user: string; readonly number: string }

async function show({ store }: Context, { user: login, number: given }: Kept): Promise<Outcome> {
  const kept = await store.quarantine.get(login, idOf(given) ?? 0)
  if (!kept) return refused(noneIn(login, given))
  const text = Buffer.from(kept.raw).toString('utf8')
  // A terminal acts on control characters, and the message is a stranger's.
  return succeeded(text.replace(/[^\P{Cc}\n\t]/gu, ''), { raw: Buffer.from(kept.raw).toString('base64') })
}

async function decide(
  transport: Transport,
  { user: login, number: given, why }: Given<typeof decideFields>,
  verb: 'release' | 'refuse',
): Promise<Outcome> {
  const id = idOf(given)
  if (id === undefined) return refused(noneIn(login, given))
  return change(transport, { why }, [{ op: `quarantine.${verb}`, user: login, message: id }], {
    text: verb === 'release' ? `released ${id}: the gateway delivers it` : `refused ${id}`,
    value: { id, user: login },
  })
}

function noneIn(login: string, given: string): string {
  return `there is no message ${JSON.stringify(given)} in the quarantine of ${login}`
}

function idOf(given: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(given) ? Number(given) : undefined
}
