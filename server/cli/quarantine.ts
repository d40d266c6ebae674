/** `kith-server quarantine list|show|requests|release|refuse` */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../shared/administration/readings.ts'
import type { Context } from '../settings/context.ts'
import { change } from './changing.ts'
import { commonOptions, onFolder, operating, reasonOptions, withCommon, withReason } from './command.ts'
import { type Outcome, refused, succeeded, table } from './outcome.ts'
import { iso, reads } from './reading.ts'
import type { Transport } from './transport.ts'

const userOptions = commonOptions.extend({ user: z.string() })
const decideOptions = reasonOptions.extend({ user: z.string() })
type UserOptions = z.infer<typeof userOptions>
type DecideOptions = z.infer<typeof decideOptions>

/** Adds `quarantine`; decisions work by a server elsewhere, too, reading messages here alone. */
export function addQuarantineCommands(program: Command): void {
  const quarantine = program.command('quarantine').description('messages that the gateway keeps back')
  withUser(withCommon(quarantine.command('list').description('list them, newest first'))).action(
    onFolder(userOptions, list),
  )
  withUser(withCommon(quarantine.command('show <number>').description('print a message as it came'))).action(
    onFolder(userOptions, show),
  )
  withCommon(quarantine.command('requests').description('messages that users ask for, oldest first')).action(
    reads(commonOptions, {
      name: 'ListReleases',
      form: readings.releases.output,
      tell({ releases }) {
        const asked = releases.map(({ at, claimedAddress: sender, ...rest }) => ({ ...rest, at: iso(at), sender }))
        const rows = asked.map(({ id, user, at, rule, reason, sender, subject }) => {
          return [String(id), user, at, rule, reason, sender, subject]
        })
        return {
          head: ['NUMBER', 'USER', 'TIME', 'RULE', 'REASON', 'FROM', 'SUBJECT'],
          rows,
          value: { requests: asked },
        }
      },
    }),
  )
  for (const { verb, says } of [
    { verb: 'release', says: 'have the gateway deliver a message' },
    { verb: 'refuse', says: 'keep a message back although its user asks for it' },
  ] as const) {
    withUser(withReason(quarantine.command(`${verb} <number>`).description(says))).action(
      operating(decideOptions, (transport, options, number = '') => decide(transport, { ...options, verb, number })),
    )
  }
}

function withUser(command: Command): Command {
  return command.requiredOption('--user <login>', 'whose quarantine')
}

async function list({ store }: Context, { user }: UserOptions): Promise<Outcome> {
  const kept = await store.quarantine.ofUser(user)
  const messages = kept.map(({ id, at, sender, subject, rule, reason, size, state }) => {
    return { id, at: new Date(at).toISOString(), sender, subject, rule, reason, size, state }
  })
  const rows = messages.map(({ id, at, state, rule, reason, sender, subject }) => {
    return [String(id), at, state, rule, reason, sender, subject]
  })
  return succeeded(table([['NUMBER', 'TIME', 'STATE', 'RULE', 'REASON', 'FROM', 'SUBJECT'], ...rows]), { messages })
}

async function show({ store }: Context, { user }: UserOptions, number = ''): Promise<Outcome> {
  const kept = await store.quarantine.get(user, idOf(number) ?? 0)
  if (!kept) return refused(noneIn(user, number))
  const text = Buffer.from(kept.raw).toString('utf8')
  // A terminal acts on control characters, and the message is a stranger's.
  return succeeded(text.replace(/[^\P{Cc}\n\t]/gu, ''), { raw: Buffer.from(kept.raw).toString('base64') })
}

type Decision = DecideOptions & { readonly verb: 'release' | 'refuse'; readonly number: string }

async function decide(transport: Transport, { verb, number, ...options }: Decision): Promise<Outcome> {
  const { user } = options
  const id = idOf(number)
  if (id === undefined) return refused(noneIn(user, number))
  return change(transport, options, [{ op: `quarantine.${verb}`, user, message: id }], {
    text: verb === 'release' ? `released ${id}: the gateway delivers it` : `refused ${id}`,
    value: { id, user },
  })
}

function noneIn(user: string, number: string): string {
  return `there is no message ${JSON.stringify(number)} in the quarantine of ${user}`
}

function idOf(number: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(number) ? Number(number) : undefined
}
