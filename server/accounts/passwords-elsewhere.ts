/** Passwords that another server checks: what `accounts.ts` asks of it. */

/**
 * `unknown`: the server was asked and did not say whether the password is right. `notAsked`: it never saw the password. `first`:
 * waits before those of whom nothing is known.
 */
export type PasswordsElsewhere = (
  login: string,
  password: string,
  first: boolean,
) => Promise<'right' | 'wrong' | 'unknown' | 'notAsked'>
