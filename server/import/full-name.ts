/** A name made of its parts. */

type NameParts = {
  readonly prefix?: string | undefined
  readonly given?: string | undefined
  readonly middle?: string | undefined
  readonly family?: string | undefined
  readonly suffix?: string | undefined
}

/** Han names have the family first and no blank; empty where every part is. */
export function fullName({ prefix = '', given = '', middle = '', family = '', suffix = '' }: NameParts): string {
  if (/^\p{Script=Han}+$/u.test(family + given)) return family + given
  return [prefix, given, middle, family, suffix].filter((part) => part !== '').join(' ')
}
