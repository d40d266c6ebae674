/** Runs sandboxed beside the page: two functions, no more. What they carry is judged on the other side. */
import { contextBridge, type IpcRendererEvent, ipcRenderer, webFrame } from 'electron'
import { callChannel, eventChannel, spellingChannel } from './channels.ts'

contextBridge.exposeInMainWorld('kith', {
  call: (envelope: unknown): Promise<unknown> => ipcRenderer.invoke(callChannel, envelope),
  on: (listener: (envelope: unknown) => void): (() => void) => {
    const relay = (_event: IpcRendererEvent, envelope: unknown) => listener(envelope)
    ipcRenderer.on(eventChannel, relay)
    return () => {
      ipcRenderer.off(eventChannel, relay)
    }
  },
})

/** Most words whose spelling is remembered. */
const mostWords = 5_000

/**
 * Words of the page are checked where there is a dictionary. The page is answered at once, by what is known of a word:
 * an answer that came after the page's next question would bring it down (Electron's client takes one question at a
 * time). What is not known yet is asked for, and marked with the next word.
 */
async function checkSpelling(): Promise<void> {
  const language: unknown = await ipcRenderer.invoke(spellingChannel)
  if (typeof language !== 'string') return
  const known = new Map<string, boolean>()
  const learn = async (words: readonly string[]) => {
    const wrong: unknown = await ipcRenderer.invoke(spellingChannel, words)
    if (!Array.isArray(wrong)) return
    if (known.size > mostWords) known.clear()
    for (const word of words) known.set(word, wrong.includes(word))
  }
  webFrame.setSpellCheckProvider(language, {
    spellCheck: (words, done) => {
      const unknown = words.filter((word) => !known.has(word))
      // What breaks calls no word wrong.
      if (unknown.length > 0) learn(unknown).catch(() => undefined)
      done(words.filter((word) => known.get(word) === true))
    },
  })
}
void checkSpelling()
