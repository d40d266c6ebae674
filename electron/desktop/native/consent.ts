/** Asks the person about a server that Kith has not met: in a window of the system's, since the page may be an attacker's. */
import { type BrowserWindow, dialog } from 'electron'
import type { NativeWords } from './words.ts'

/** What is asked in, and over which window. */
type Asking = { readonly words: NativeWords; readonly window: BrowserWindow | undefined }

/** Servers that were allowed since the start, so that a mistyped password is not asked about again. */
const allowed = new Set<string>()
// One question at a time: a page that asks in a loop must not bury the screen.
let isAsking = false

/** Whether the person allows this server. A refusal is not remembered: the next sign-in asks again. */
export async function askForConsent(origin: string, { words, window }: Asking): Promise<boolean> {
  if (allowed.has(origin)) return true
  if (isAsking || !window) return false
  isAsking = true
  try {
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: words.newServer,
      detail: `${origin}\n\n${words.newServerDetail}`,
      buttons: [words.connect, words.cancel],
      // Cancel is what Enter and Escape do: a new server takes a deliberate choice.
      defaultId: 1,
      cancelId: 1,
    })
    if (response === 0) allowed.add(origin)
    return response === 0
  } finally {
    isAsking = false
  }
}
