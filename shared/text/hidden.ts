/** Characters that do not show, or that change how their neighbours show (guard.md A2, A4). */

/** Explicit and implicit direction controls (UAX #9 section 2). */
export const bidiPattern = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** C0, DEL, C1, line and paragraph separators, and lone surrogates. */
export const controlPattern = /[\p{Cc}\p{Cs}\u2028\u2029]/u

/**
 * Zero-width and blank characters: everything that a renderer may leave out (which covers soft hyphen, joiners, tags,
 * variation selectors, Hangul fillers), blanks other than the ordinary one, the empty braille cell, interlinear marks.
 */
export const invisiblePattern =
  /[\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800\ufff9-\ufffb]/u

/** Full stops that some software takes for a dot: IDNA's (RFC 3490 section 3.1) and those that NFKC makes into one. */
export const nonAsciiDotPattern = /[\u2024\u3002\ufe12\ufe52\uff0e\uff61]/u

const controls = /[\p{Cc}\u2028\u2029\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+/gu
const notShown = /[\u2800\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]+/gu
const blanks = / {2,}/g
/** Six marks on one letter are no script but a pile that covers the neighbouring lines. */
const piledMarks = /(\p{M}{4})\p{M}+/gu
/** Text beyond this is not looked at: a name of a megabyte costs no more than one of four kilobytes. */
const maxExamined = 4_096

/** The usual name: nothing in it to be taken out. */
const allShown = /^(?:[\x21-\x7e\u4e00-\u9fff]+(?: [\x21-\x7e\u4e00-\u9fff]+)*)?$/

/** `text` on one line, without what would not show, at most `limit` characters, none of them cut in two. */
export function visibleText(text: string, limit: number): string {
  if (text.length <= limit && allShown.test(text)) return text
  const shown = text
    .slice(0, maxExamined)
    .toWellFormed()
    .replace(controls, ' ')
    .replace(notShown, '')
    .replace(piledMarks, '$1')
    .replace(blanks, ' ')
    .trim()
  if (shown.length <= limit) return shown
  return Array.from(shown).slice(0, limit).join('').trimEnd()
}
