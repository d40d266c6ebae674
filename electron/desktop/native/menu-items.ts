/** What the application menu holds. Its keys are those of the table in shared/keys.ts; the others there are the page's. */
import type { MenuItemConstructorOptions } from 'electron'
import { menuKeys } from '../../../shared/keys.ts'
import type { NativeWords } from './words.ts'

/** What menu and tray can have done. */
export type Actions = {
  readonly open: () => void
  readonly refresh: () => void
  readonly lock: () => void
  readonly quit: () => void
}

type Item = MenuItemConstructorOptions

/** The menus of the bar, in the given words; `developer` adds the developer tools. */
export function menuItems(words: NativeWords, actions: Actions, developer: boolean): Item[] {
  return [
    { label: words.file, submenu: fileItems(words, actions) },
    { label: words.edit, submenu: editItems(words) },
    { label: words.view, submenu: viewItems(words, developer) },
  ]
}

function fileItems(words: NativeWords, actions: Actions): Item[] {
  return [
    { label: words.refresh, click: actions.refresh },
    { label: words.lock, accelerator: menuKeys.lock[0], click: actions.lock },
    { type: 'separator' },
    { role: 'close', label: words.closeWindow, accelerator: menuKeys.closeWindow[0] },
    { label: words.quit, accelerator: menuKeys.quit[0], click: actions.quit },
  ]
}

function editItems(words: NativeWords): Item[] {
  return [
    { role: 'undo', label: words.undo },
    { role: 'redo', label: words.redo },
    { type: 'separator' },
    { role: 'cut', label: words.cut },
    { role: 'copy', label: words.copy },
    { role: 'paste', label: words.paste },
    { role: 'selectAll', label: words.selectAll },
  ]
}

function viewItems(words: NativeWords, developer: boolean): Item[] {
  const items: Item[] = [
    // An item has one key: the further ones belong to items that are not shown.
    ...menuKeys.zoomIn.map((accelerator, index): Item => {
      return { role: 'zoomIn', label: words.zoomIn, accelerator, visible: index === 0 }
    }),
    { role: 'zoomOut', label: words.zoomOut, accelerator: menuKeys.zoomOut[0] },
    { role: 'resetZoom', label: words.actualSize, accelerator: menuKeys.actualSize[0] },
    { type: 'separator' },
    { role: 'togglefullscreen', label: words.fullScreen },
  ]
  return developer ? [...items, { role: 'toggleDevTools', label: words.developerTools }] : items
}
