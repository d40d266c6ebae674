/** A small application menu. Its keys are those of the table in shared/keys.ts; the others there are the page's. */
import { Menu, type MenuItemConstructorOptions } from 'electron'
import { menuKeys } from '../../../shared/keys.ts'
import type { NativeWords } from './words.ts'

/** What menu and tray can have done. */
export type Actions = {
  readonly open: () => void
  readonly refresh: () => void
  readonly lock: () => void
  readonly quit: () => void
}

/** Sets the application's menu in the given words; `developer` adds the developer tools. */
export function setMenu(words: NativeWords, actions: Actions, developer: boolean): void {
  const view: MenuItemConstructorOptions[] = [
    ...menuKeys.zoomIn.map((accelerator, index): MenuItemConstructorOptions => {
      return { role: 'zoomIn', label: words.zoomIn, accelerator, visible: index === 0 }
    }),
    { role: 'zoomOut', label: words.zoomOut, accelerator: menuKeys.zoomOut[0] },
    { role: 'resetZoom', label: words.actualSize, accelerator: menuKeys.actualSize[0] },
    { type: 'separator' },
    { role: 'togglefullscreen', label: words.fullScreen },
  ]
  if (developer) view.push({ role: 'toggleDevTools', label: words.developerTools })
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { label: words.file, submenu: fileItems(words, actions) },
      { label: words.edit, submenu: editItems(words) },
      { label: words.view, submenu: view },
    ]),
  )
}

function fileItems(words: NativeWords, actions: Actions): MenuItemConstructorOptions[] {
  return [
    { label: words.refresh, click: actions.refresh },
    { label: words.lock, accelerator: menuKeys.lock[0], click: actions.lock },
    { type: 'separator' },
    { role: 'close', label: words.closeWindow, accelerator: menuKeys.closeWindow[0] },
    { label: words.quit, accelerator: menuKeys.quit[0], click: actions.quit },
  ]
}

function editItems(words: NativeWords): MenuItemConstructorOptions[] {
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
