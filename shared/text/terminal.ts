/**
 * Text that goes to a terminal. A terminal obeys what stands in it: escape sequences set its title, move its cursor and
 * answer as if typed. Names, subjects and addresses are others' words, so everything written passes here.
 */

const acting = /(?!\n|\t|\r\n)[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu

/** What a terminal would obey, or show in another order, is U+FFFD; lines and tabs stay. */
export function terminalText(text: string): string {
  return text.replace(acting, '\ufffd')
}

/** The same on one line: nobody's name begins a line of its own. */
export function terminalLine(text: string): string {
  return terminalText(text.replace(/\s+/gu, ' ').trim())
}

/** One line of JSON, the same value for a program, in which no character can act on a terminal. */
export function terminalJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
