/** Combinations of keys as text: which one was pressed, and how it is shown. */
import { type PageDeed, pageDeeds, pageKeys } from '../../../shared/keys.ts'
import type { Keyboard } from '../../host.ts'

/** What of a key press counts. */
type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

function partsOf(combination: string): { readonly held: readonly string[]; readonly key: string } {
  const parts = combination.split('+')
  return { held: parts.slice(0, -1), key: parts.at(-1) ?? '' }
}

/** Where the key stands on the keyboard: for digits behind Shift, and for letters of other scripts. */
function isAtPlace(key: string, press: Press): boolean {
  if (/^\d$/u.test(key)) return press.code === `Digit${key}`
  return /^[A-Z]$/u.test(key) && press.code === `Key${key}` && !/^[a-z]$/iu.test(press.key)
}

/** Whether the combination was pressed, and nothing more was held with it. */
function isPressed(combination: string, press: Press, { apple }: Keyboard): boolean {
  const { held, key } = partsOf(combination)
  const [main, other] = apple ? [press.metaKey, press.ctrlKey] : [press.ctrlKey, press.metaKey]
  if (other || main !== held.includes('CmdOrCtrl') || press.altKey !== held.includes('Alt')) return false
  // Signs and digits may need Shift on this keyboard or not: they are what was typed. With a letter it is another key.
  if (press.shiftKey && (/^[A-Z]$/u.test(key) || press.key !== key)) return false
  return press.key.toLowerCase() === key.toLowerCase() || isAtPlace(key, press)
}

/** The page's deed at this key, if there is one. */
export function deedOf(press: Press, keyboard: Keyboard): PageDeed | undefined {
  return pageDeeds.find((deed) =>
    boundTo(deed, keyboard).some((combination) => isPressed(combination, press, keyboard)),
  )
}

/** Also what most browsers keep for themselves: some do not. With Alt a Mac types letters. */
function boundTo(deed: PageDeed, { host, apple }: Keyboard): readonly string[] {
  const { keys, browser = [] } = pageKeys[deed]
  return host === 'browser' && !apple ? [...keys, ...browser] : keys
}

/** The combinations that the map shows for a deed of the page. */
export function shownKeys(deed: PageDeed, { host, apple }: Keyboard): readonly string[] {
  const { keys, browser } = pageKeys[deed]
  return host === 'browser' && !apple && browser ? browser : keys
}

/** Whether it is typed as text is: while somebody writes, it is a letter. */
export function isTyped(deed: PageDeed, keyboard: Keyboard): boolean {
  return boundTo(deed, keyboard).every((combination) => partsOf(combination).held.length === 0)
}

/** A combination as this keyboard names its keys. */
export function keyLabel(combination: string, { apple }: Keyboard): string {
  const names: Readonly<Record<string, string>> = apple
    ? { CmdOrCtrl: '⌘', Alt: '⌥', Plus: '+' }
    : { CmdOrCtrl: 'Ctrl', Plus: '+' }
  return combination
    .split('+')
    .map((part) => names[part] ?? part)
    .join(apple ? '' : '+')
}
