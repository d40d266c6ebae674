/** `kith-server quarantine list|show|release --user U` */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Context } from '../setup/context.ts'
import { commonOptions, onFolder, withCommon } from './command.ts'
import { type Outcome, refused, succeeded, table } from './outcome.ts'

const userOptions = commonOptions.extend({ user: z.string() })
type UserOptions = z.infer<typeof userOptions>

export function addQuarantineCommands(program: Command): void {
  const quarantine = program.command('quarantine').description('messages that the gateway keeps back')
  withUser(quarantine.command('list').description('list them, newest first')).action(onFolder(userOptions, list))
  withUser(quarantine.command('show <number>').description('print a message as it came')).action(
    onFolder(userOptions, show),
  )
  withUser(quarantine.command('release <number>').description('deliver a message')).action(
    onFolder(userOptions, release),
  )
}

function withUser(command: Command): Command {
  return withCommon(command).requiredOption('--user <login>', 'whose quarantine')
}

async function list({ store }: Context, { user }: UserOptions): Promise<Outcome> {
  const messages = (await store.quarantine.ofUser(user)).map(({ id, at, sender, subject, rule, reason, size }) => {
    return { id, at: new Date(at).toISOString(), sender, subject, rule, reason, size }
  })
  const rows = messages.map(({ id, at, rule, reason, sender, subject }) => [
    String(id),
    at,
    rule,
    reason,
    sender,
    subject,
  ])
  return succeeded(table([['NUMBER', 'TIME', 'RULE', 'REASON', 'FROM', 'SUBJECT'], ...rows]), { messages })
}

async function show({ store }: Context, { user }: UserOptions, number = ''): Promise<Outcome> {
  const kept = await store.quarantine.get(user, idOf(number))
  if (!kept) return refused(`there is no message ${JSON.stringify(number)} in the quarantine of ${user}`)
  const text = Buffer.from(kept.raw).toString('utf8')
  // A terminal acts on control characters, and the message is a stranger's.
  return succeeded(text.replace(/[^\P{Cc}\n\t]/gu, ''), { raw: Buffer.from(kept.raw).toString('base64') })
}

async function release(context: Context, { user }: UserOptions, number = ''): Promise<Outcome> {
  const { gatewayParts, quarantineOf } = await import('../gateway/parts.ts')
  const parts = await gatewayParts(context)
  const released = await quarantineOf(context, parts).release(user, idOf(number))
  if (!released.ok) return refused(released.why)
  const { admitted } = released.value
  return succeeded(`delivered ${number}${admitted ? '' : ', marked as not admitted'}`, { admitted })
}

/** 0 where it is no number: no message has it. */
function idOf(number: string): number {
  return /^[1-9]\d{0,14}$/.test(number) ? Number(number) : 0
}
