/** The menu of the right mouse button. In a browser it is the browser's own. */
import { type BrowserWindow, type ContextMenuParams, Menu } from 'electron'
import type { Spelling } from '../spelling/spelling.ts'
import { contextItems } from './context-items.ts'
import type { NativeWords } from './words.ts'

type Parts = {
  /** Asked for each time, since the language may change. */
  readonly words: () => NativeWords
  readonly spelling: Spelling
}

/** Shows it wherever the page has something for it. */
export function addContextMenu(window: BrowserWindow, { words, spelling }: Parts): void {
  const { webContents } = window
  const show = async (under: ContextMenuParams) => {
    const { misspelledWord, dictionarySuggestions: given } = under
    // A Mac's come with the event.
    const dictionarySuggestions =
      given.length > 0 || misspelledWord === '' ? given : await spelling.meant(misspelledWord)
    const items = contextItems({ ...under, dictionarySuggestions }, words(), (suggestion) =>
      webContents.replaceMisspelling(suggestion),
    )
    if (items.length > 0 && !window.isDestroyed()) Menu.buildFromTemplate([...items]).popup({ window })
  }
  webContents.on('context-menu', (_event, under) => void show(under))
}
