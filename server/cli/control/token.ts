/** `kith-server token add|list|remove`: what opens the administration service to programs */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { Administration } from '../../administration/administer.ts'
import { addToken, removeToken, scopesOf, tokenScopes } from '../../administration/tokens.ts'
import { readExpiry } from '../../lists/contact.ts'
import { administering, commonOptions, reasonOptions, withCommon, withReason } from '../command.ts'
import { type Outcome, refused, succeeded, table } from '../outcome.ts'

const addOptions = reasonOptions.extend({ scope: z.array(z.enum(tokenScopes)).min(1), expires: z.string() })

/** Adds `token`, which works at the server alone: no token makes another. */
export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('what opens the administration service to a program')
  withReason(token.command('add <name>').description('make a token; it is shown this once'))
    .addOption(new Option('--scope <scopes...>', 'what it may do').choices(tokenScopes).makeOptionMandatory())
    .option('--expires <date>', 'when it ends: a date such as 2030-01-31, or "never"', 'never')
    .action(administering(addOptions, add))
  withCommon(token.command('list').description('list the tokens, without their secrets')).action(
    administering(commonOptions, list),
  )
  withReason(token.command('remove <name>').description('close what it opened, at once')).action(
    administering(reasonOptions, async ({ store, note }, { why }, name = '') => {
      const done = await removeToken(store, note, name, why)
      return done.ok ? succeeded(`${name} is removed`, { name }) : refused(done.why)
    }),
  )
}

async function add(
  { store, note, actor, clock }: Administration,
  { scope, expires, why }: z.infer<typeof addOptions>,
  name = '',
): Promise<Outcome> {
  const end = readExpiry(expires)
  if (!end.ok) return refused(end.why)
  const scopes = [...new Set(scope)]
  const wanted = { name, scopes, by: actor.who, now: clock.now(), expires: end.value ?? 0 }
  const made = await addToken(store, note, { ...wanted, ...(why === undefined ? {} : { why }) })
  if (!made.ok) return refused(made.why)
  return succeeded(`${made.value}\n\nThis is the only time that it is shown.`, { name, scopes, token: made.value })
}

async function list({ store }: Administration): Promise<Outcome> {
  const tokens = (await store.administration.tokens()).map((row) => ({
    name: row.name,
    scopes: scopesOf(row),
    by: row.by,
    at: new Date(row.at).toISOString(),
    ...(row.expires === 0 ? {} : { expires: new Date(row.expires).toISOString() }),
  }))
  const rows = tokens.map(({ name, scopes, by, at, expires = 'never' }) => [name, scopes.join(' '), by, at, expires])
  return succeeded(table([['NAME', 'SCOPES', 'BY', 'AT', 'EXPIRES'], ...rows]), { tokens })
}
