/** Runs sandboxed beside the page: two functions, no more. What they carry is judged on the other side. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron'
import { callChannel, eventChannel } from './channels.ts'

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
