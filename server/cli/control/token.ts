/** `kith-server token add|list|remove`: what opens the administration service to programs */
import { z } from 'zod'
import type { Administration } from '../../administration/administer.ts'
import { namingOf } from '../../administration/naming.ts'
import { addToken, removeToken, scopesOf, tokenScopes } from '../../administration/tokens.ts'
import { readExpiry } from '../../lists/contact.ts'
import { administering, type Given, group } from '../command.ts'
import { option, reasonFields, word } from '../fields.ts'
import { type Outcome, refused, succeeded } from '../outcome.ts'
import { iso, listed, listing } from '../reading.ts'

const name = word('<name>')
const addFields = {
  ...reasonFields,
  name,
  scope: option(z.array(z.enum(tokenScopes)).min(1), '<scopes...>', 'what it may do'),
  expires: option(z.string().default('never'), '<date>', 'when it ends: a date such as 2030-01-31, or "never"'),
}

/** `token`, which works at the server alone: no token makes another. */
export const tokenCommands = group('token', 'what opens the administration service to a program', [
  administering('add', 'make a token; it is shown this once', addFields, add),
  administering('list', 'list the tokens, without their secrets', {}, list),
  administering('remove', 'close what it opened, at once', { ...reasonFields, name }, async (administration, given) => {
    const done = await removeToken(administration.store, administration.note, given.name, given.why)
    return done.ok ? succeeded(`${given.name} is removed`, { name: given.name }) : refused(done.why)
  }),
])

async function add(
  { store, note, actor, clock }: Administration,
  { name: named, scope, expires, why }: Given<typeof addFields>,
): Promise<Outcome> {
  const end = readExpiry(expires)
  if (!end.ok) return refused(end.why)
  const scopes = [...new Set(scope)]
  const wanted = { name: named, scopes, by: actor.who, now: clock.now(), expires: end.value ?? 0 }
  const made = await addToken(store, note, { ...wanted, ...(why === undefined ? {} : { why }) })
  if (!made.ok) return refused(made.why)
  // Shown once and kept nowhere: the store has its hash only.
  const text = `${made.value}\n\nThis is the only time that it is shown.`
  return succeeded(text, { name: named, scopes, token: made.value })
}

async function list({ store }: Administration): Promise<Outcome> {
  const tokens = (await store.administration.tokens()).map((row) => ({
    name: row.name,
    scopes: scopesOf(row),
    by: row.by,
    at: iso(row.at),
    ...(row.expires === 0 ? {} : { expires: iso(row.expires) }),
  }))
  const names = new Map((await store.users.all()).map(({ id, name }) => [`user:${id}`, { id, name }]))
  const shown = tokens.map((one) => ({ expires: 'never', ...one, by: namingOf(names).actor(one.by) }))
  return listed(listing('tokens', tokens, 'NAME, SCOPES, BY, AT, EXPIRES', shown))
}
