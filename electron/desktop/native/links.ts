/** A link of a message opens in the system's browser, after a question: a hostile page must not leak by opening links. */
import { type BrowserWindow, dialog, shell } from 'electron'
import { isHttps } from '../window/hardening.ts'
import type { NativeWords } from './words.ts'

// One question at a time: a page that opens links in a loop must not bury the screen under them.
let asking = false

/** Asks the user, and opens the link in the system's browser on a yes. */
export function askToOpenLink(url: string, words: NativeWords, window: BrowserWindow | undefined): void {
  if (asking || !window || !isHttps(url)) return
  asking = true
  // As parsed: the host in its A-label form, never as a message spelled it.
  const { href, host } = new URL(url)
  dialog
    .showMessageBox(window, {
      type: 'question',
      message: `${words.openLinkDetail} ${host}`,
      detail: href,
      buttons: [words.openLink, words.cancel],
      // Cancel is what Enter and Escape do: leaving Kith takes a deliberate choice.
      defaultId: 1,
      cancelId: 1,
    })
    .then(({ response }) => (response === 0 ? shell.openExternal(href) : undefined))
    .finally(() => {
      asking = false
    })
    .catch(() => undefined)
}
