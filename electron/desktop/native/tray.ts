/** The icon in the system's tray, where there is a tray to show it. */
import { execFile } from 'node:child_process'
import { app, Menu, Tray } from 'electron'
import { iconImage } from './icon-image.ts'
import type { Actions } from './menu-items.ts'
import type { NativeWords } from './words.ts'

/** The icon as long as it is shown. `unread`: conversations with something unread; 0 takes the dot away. */
export type TrayIcon = {
  show(words: NativeWords, unread: number): void
  remove(): void
}

const size = 32
/** How long the desktop's bus may take to say whether somebody shows tray icons, in milliseconds. */
const askLimit = 2_000

/** Shows the icon in the tray; `show` changes its words and its badge, `remove` takes it away. */
export function openTray(actions: Actions): TrayIcon {
  const tray = new Tray(iconImage(size))
  const images = { read: iconImage(size), unread: iconImage(size, true) }
  tray.on('click', actions.open)
  return {
    show(words, unread) {
      const text = unread > 0 ? words.unread(unread) : ''
      tray.setImage(unread > 0 ? images.unread : images.read)
      tray.setToolTip(text ? `Kith – ${text}` : 'Kith')
      tray.setContextMenu(menuOf(words, actions))
      app.setBadgeCount(unread)
    },
    remove: () => tray.destroy(),
  }
}

function menuOf(words: NativeWords, actions: Actions): Menu {
  return Menu.buildFromTemplate([
    { label: words.open, click: actions.open },
    { label: words.refresh, click: actions.refresh },
    { label: words.lock, click: actions.lock },
    { type: 'separator' },
    { label: words.quit, click: actions.quit },
  ])
}

/**
 * Whether a tray icon would be seen. On Linux a desktop shows them only while somebody owns the watcher's name on the
 * session bus, and Electron doesn't tell: without this question a closed window could never be opened again.
 */
export function trayIsShown(): Promise<boolean> {
  if (process.platform !== 'linux') return Promise.resolve(true)
  const words = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus.NameHasOwner',
    'string:org.kde.StatusNotifierWatcher',
  ]
  return new Promise((resolve) => {
    execFile('dbus-send', words, { timeout: askLimit }, (error, reply) =>
      resolve(!error && reply.includes('boolean true')),
    )
  })
}
