/** What the settings say about this machine. */
import { createStore } from 'zustand/vanilla'
import type { Protection } from '../../shared/session.ts'
import type { Ports } from './ports.ts'

type About = {
  readonly version: string
  readonly engine: string
  readonly device: string
  readonly deviceWords: string
}

type DeviceState = {
  readonly about?: About
  readonly protection?: Protection
  /** Shown to the user before it leaves this machine. */
  readonly diagnostics?: string
}

/** What the settings say about this machine. */
export function createDevice(ports: Ports) {
  const store = createStore<DeviceState>(() => ({}))
  return {
    store,
    load: async () => {
      const [about, protection] = await Promise.all([
        ports.host.call('app.about', {}),
        ports.host.call('session.protection', {}),
      ])
      store.setState({
        ...(about.ok && { about: about.value }),
        ...(protection.ok && { protection: protection.value }),
      })
    },
    gatherDiagnostics: async () => {
      const result = await ports.host.call('diagnostics.export', {})
      if (result.ok) store.setState({ diagnostics: result.value.text })
      return result
    },
    closeDiagnostics: () => {
      const { diagnostics: _closed, ...rest } = store.getState()
      store.setState(rest, true)
    },
  }
}
