/** How text enters the full-text index and how a search becomes a query in any language, CJK too. */

const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu
const endsInCjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u

/** Puts a space around each CJK character, so that unicode61 makes one token of each. */
export function indexText(text: string): string {
  return text.replace(cjk, ' $& ')
}

/**
 * An FTS5 query of phrases: each word must occur, a Latin word may be the beginning of one.
 * Undefined when the search holds nothing that the tokenizer would keep.
 */
export function searchQuery(search: string): string | undefined {
  const words = search.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  if (words.length === 0) return undefined
  return words.map(phrase).join(' ')
}

/** FTS5 strings know one escape: a doubled quote. No other character means anything inside. */
function phrase(word: string): string {
  const quoted = `"${indexText(word).replaceAll('"', '""').replaceAll('\0', ' ')}"`
  return endsInCjk.test(word) ? quoted : `${quoted}*`
}
