/** A small application menu. Ctrl+R (refresh) and Ctrl+K (palette) are the page's: no accelerator of ours takes them. */
import { Menu, type MenuItemConstructorOptions } from 'electron'
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
    { role: 'zoomIn', label: words.zoomIn },
    { role: 'zoomOut', label: words.zoomOut },
    { role: 'resetZoom', label: words.actualSize },
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
    { label: words.lock, accelerator: 'CmdOrCtrl+L', click: actions.lock },
    { type: 'separator' },
    { role: 'close', label: words.closeWindow, accelerator: 'CmdOrCtrl+W' },
    { label: words.quit, accelerator: 'CmdOrCtrl+Q', click: actions.quit },
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
