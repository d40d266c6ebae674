/** The application's menu. */
import { Menu } from 'electron'
import { type Actions, menuItems } from './menu-items.ts'
import type { NativeWords } from './words.ts'

/** Sets the application's menu in the given words; `developer` adds the developer tools. */
export function setMenu(words: NativeWords, actions: Actions, developer: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuItems(words, actions, developer)))
}
