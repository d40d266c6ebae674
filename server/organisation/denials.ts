/** Deny rules: they win over everything that admits. */
import type { RuleRow } from '../store/administration/tables.ts'

/** Asked for every entry and every card, so each question is a look-up and no walk over the rules. */
export type Denials = {
  /** Tells two sets of deny rules apart. */
  readonly fingerprint: string
  /** The rule that keeps the address (folded, or `@domain`) out of the user's list; `user` empty: out of all lists. */
  find(user: string, key: string): RuleRow | undefined
  /** Addresses and `@domain`s that a rule keeps out of this user's list only. */
  ofUser(user: string): readonly string[]
}

/** Denials by whom they are for and whom they name; `find` gives the rule that denies an address key to a user. */
export function denialsOf(rules: readonly RuleRow[]): Denials {
  const denies = rules.filter((rule) => rule.kind === 'deny')
  const byUser = Map.groupBy(denies, (rule) => rule.b)
  const byPlace = new Map(denies.map((rule) => [`${rule.b} ${rule.a}`, rule]))
  return {
    fingerprint: [...byPlace.keys()].sort().join('\n'),
    find(user, key) {
      if (byPlace.size === 0) return undefined
      const domain = key.slice(key.lastIndexOf('@'))
      // What is denied to all goes before what is denied to one; the address itself before its domain.
      for (const who of ['', user]) {
        const rule = byPlace.get(`${who} ${key}`) ?? byPlace.get(`${who} ${domain}`)
        if (rule) return rule
      }
      return undefined
    },
    ofUser: (user) => (byUser.get(user) ?? []).map((rule) => rule.a),
  }
}
