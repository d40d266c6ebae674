/** Which of the dictionaries that lie on this computer is used: the first one of the user's languages. */

/** The two files of a Hunspell dictionary, and its language as the system names it. */
export type Dictionary = { readonly language: string; readonly aff: string; readonly dic: string }

/** Where Linux distributions put them. */
const folders = ['/usr/share/hunspell', '/usr/share/myspell/dicts']
/** Larger ones are of languages with so many endings that reading them takes gigabytes. */
const largest = 2_000_000

/** Words of these languages are not told apart by blanks: they have no such dictionary, and their text is passed over. */
const unchecked = /^(?:zh|ja|ko)(?:-|$)/u
/** What those who write them check beside it; to others English words would be no help, and theirs all wrong. */
const beside = ['en-US', 'en-GB']

/** `sizeOf`: of a file in bytes; undefined where there is none. */
export function findDictionary(
  languages: readonly string[],
  sizeOf: (file: string) => number | undefined,
): Dictionary | undefined {
  const isBeside = languages.every((language) => unchecked.test(language))
  for (const language of isBeside ? beside : languages) {
    // As the system writes it, and never a way out of the folder.
    if (!/^[A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?$/u.test(language)) continue
    for (const folder of folders) {
      const [aff, dic] = ['aff', 'dic'].map((kind) => `${folder}/${language.replace('-', '_')}.${kind}`)
      if (aff && dic && isFit(sizeOf(aff)) && isFit(sizeOf(dic))) return { language, aff, dic }
    }
  }
  return undefined
}

function isFit(size: number | undefined): boolean {
  return size !== undefined && size > 0 && size <= largest
}
