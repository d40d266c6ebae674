/** Secrets that a person reads aloud and types. */
import { randomInt } from 'node:crypto'

/** No letters and digits that look alike. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz'
/** 16 of 31: 79 bits. */
const groups = 4
const groupLength = 4

/** One that nobody chose: four groups of four. */
export function madeUp(): string {
  const letter = () => alphabet.charAt(randomInt(alphabet.length))
  return Array.from({ length: groups }, () => Array.from({ length: groupLength }, letter).join('')).join('-')
}

/** What was typed as one of them, without the dashes; undefined where it is none. */
export function madeUpTyped(typed: string): string | undefined {
  const text = typed.toLowerCase().replace(/[\s-]/g, '')
  const isOne = text.length === groups * groupLength && Array.from(text).every((letter) => alphabet.includes(letter))
  return isOne ? text : undefined
}
