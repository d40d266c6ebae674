/**
 * Who acts. A person has one name by whatever door: the login of the account. Four eyes and the audit log compare and
 * keep this name alone, so that alice at the command line, alice on the page and alice's token are one pair of eyes.
 */
import type { Store } from '../store/store.ts'

/**
 * `who`: the login of a person with an account; else `NAME@local` for an account of this machine's system, `NAME@token`
 * for a program. `via`: the door, for the audit log: `cli`, `desktop`, `soap`, `soap:TOKEN` for a person's token,
 * `client`, `import:NAME`.
 */
export type Actor = { readonly who: string; readonly via: string }

/** A user who is signed in on the page. */
export function userActor(login: string): Actor {
  return { who: login, via: 'desktop' }
}

/** Whoever sits at the server. `account`: of its system; a person where the same login has an account here. */
export async function localActor(store: Store, account: string): Promise<Actor> {
  return { who: await canonicalName(store, `${account}@local`), via: 'cli' }
}

/** Whoever calls with the token of this name; where it is a person's, the door says which token it was. */
export async function tokenActor(store: Store, token: string): Promise<Actor> {
  const who = await canonicalName(store, `${token}@token`)
  return { who, via: isPerson(who) ? `soap:${token}` : 'soap' }
}

/**
 * The one name of whoever is known by a name as doors have it, or as older rows have it. A token is its maker's, who has
 * seen its secret, where the maker has an account; else whose login it is named after; else a program of its own.
 */
export async function canonicalName(store: Store, name: string): Promise<string> {
  const [, own = '', door] = /^(.+)@(local|token)$/.exec(name) ?? []
  // The maker first: a token named after somebody else must not pass for a second pair of eyes.
  const maker = door === 'token' ? await makerOf(store, own) : undefined
  if (maker !== undefined) return maker
  return door !== undefined && (await store.users.get(own)) ? own : name
}

async function makerOf(store: Store, token: string): Promise<string | undefined> {
  const row = (await store.administration.tokens()).find(({ name }) => name === token)
  const maker = row && (await canonicalName(store, row.by))
  return maker !== undefined && isPerson(maker) ? maker : undefined
}

/** A login has no `@`. */
function isPerson(who: string): boolean {
  return !who.includes('@')
}
