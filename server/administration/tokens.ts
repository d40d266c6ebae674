/** Tokens that open the administration service to a program: shown once, only their hash is kept. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Change } from '../../shared/administration/change.ts'
import { hashOf } from '../ground/hash.ts'
import type { Done } from '../ground/refusals.ts'
import type { TokenRow } from '../store/administration/tables.ts'
import type { Store } from '../store/store.ts'
import type { Note } from './audit.ts'

/**
 * `contacts`: users' own entries. `people`: accounts and groups. `devices`: what becomes of users' devices. `rules`: policy
 * and rules. Each of them also reads.
 * `sign`: hands in signatures that the policy key made elsewhere; `all` does not hold it.
 */
export const tokenScopes = ['read', 'contacts', 'people', 'devices', 'rules', 'all', 'sign'] as const
/** One of them; a token may have several. */
export type TokenScope = (typeof tokenScopes)[number]

const scopesSchema = z.array(z.enum(tokenScopes)).min(1)

/** Whom a token's holder is in the audit log, and what it may do. */
export type TokenHolder = { readonly name: string; readonly scopes: readonly TokenScope[] }

/** Says what it is to whoever finds it in a file. */
const prefix = 'kith_'
/** The name stands in the audit log as `NAME@token`, so it holds no `@` and no space. */
const namePattern = /^[a-z0-9][a-z0-9._-]{0,49}$/

/** The scope that a change needs; who administers is for `all` alone, or a token could make itself a bigger one. */
export function scopeFor({ op }: Pick<Change, 'op'>): TokenScope {
  const [noun] = op.split('.')
  if (noun === 'contact' || noun === 'request') return 'contacts'
  if (noun === 'user' || noun === 'group') return 'people'
  if (noun === 'device') return 'devices'
  return noun === 'rule' || noun === 'policy' ? 'rules' : 'all'
}

/** Whether scopes cover what an operation needs; every token reads, and `all` is everything but signing. */
export function grants(scopes: readonly TokenScope[], needed: TokenScope): boolean {
  return needed === 'read' || scopes.includes(needed) || (needed !== 'sign' && scopes.includes('all'))
}

/** The first change that the token does not open. */
export function beyondToken(scopes: readonly TokenScope[], changes: readonly Change[]): Change | undefined {
  return changes.find((change) => !grants(scopes, scopeFor(change)))
}

type NewToken = {
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly by: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** 0: never. */
  readonly expires: number
  readonly why?: string
}

/** The token itself: nobody can tell it again. */
export async function addToken(store: Store, note: Note, token: NewToken): Promise<Done<string>> {
  const { name, scopes, by, now, expires, why = '' } = token
  if (!namePattern.test(name)) return { ok: false, why: "a token's name has a to z, 0 to 9, dot, _ and -, at most 50" }
  if (expires !== 0 && expires <= now) return { ok: false, why: 'it would have ended already' }
  const secret = `${prefix}${randomBytes(32).toString('base64url')}`
  const row: TokenRow = { hash: hashOf(secret), name, scopes: JSON.stringify(scopes), by, at: now, expires }
  return store.transaction(async (inside) => {
    if ((await inside.administration.tokens()).some((one) => one.name === name))
      return { ok: false, why: `there is a token ${name} already` }
    await inside.administration.addToken(row)
    await note(inside, { op: 'token.add', target: name, why, after: JSON.stringify({ scopes, expires }) })
    return { ok: true, value: secret }
  })
}

/** Removes a token; who uses it is refused from then on. */
export function removeToken(store: Store, note: Note, name: string, why = ''): Promise<Done> {
  return store.transaction(async (inside) => {
    if (!(await inside.administration.removeToken(name)))
      return { ok: false, why: `there is no token ${JSON.stringify(name)}` }
    await note(inside, { op: 'token.remove', target: name, why })
    return { ok: true, value: undefined }
  })
}

/** Whoever holds the token, while it is valid. */
export async function findToken(store: Store, token: string, now: number): Promise<TokenHolder | undefined> {
  const row = await store.administration.token(hashOf(token))
  if (!row || (row.expires !== 0 && row.expires <= now)) return undefined
  return { name: row.name, scopes: scopesOf(row) }
}

/** The scopes in a row. */
export function scopesOf({ scopes }: TokenRow): readonly TokenScope[] {
  return scopesSchema.parse(JSON.parse(scopes))
}
