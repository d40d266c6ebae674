/** The menu of the right mouse button. In a browser it is the browser's own. */
import { type BrowserWindow, Menu } from 'electron'
import { contextItems } from './context-items.ts'
import type { NativeWords } from './words.ts'

/** Shows it wherever the page has something for it. `words`: asked for each time, since the language may change. */
export function addContextMenu(window: BrowserWindow, words: () => NativeWords): void {
  const { webContents } = window
  webContents.on('context-menu', (_event, under) => {
    const items = contextItems(under, words(), (suggestion) => webContents.replaceMisspelling(suggestion))
    if (items.length > 0) Menu.buildFromTemplate([...items]).popup({ window })
  })
}
