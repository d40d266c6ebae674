/** `kith-server serve` and `kith-server demo`: run until told to end. */
import { acting } from './command.ts'
import { flag, option, port, readyFd } from './fields.ts'

const servingFields = {
  port: option(port.optional(), '<number>', 'HTTPS port instead of the one in the settings; 0 for any free one'),
  readyFd,
}

/** `serve`; the server is loaded only when it runs. */
export const serveCommand = acting(
  'serve',
  'serve until ended; prints one JSON line when ready',
  { ...servingFields, insecureLoopback: flag('plain HTTP, on loopback only: for tests') },
  async (options) => (await load()).serve(options),
)

/** `demo`, likewise. */
export const demoCommand = acting(
  'demo',
  'serve an organisation with people and contacts to try out',
  servingFields,
  async (options) => (await load()).demo(options),
)

/** Loaded only where it serves: the other commands start twice as fast without the web and mail libraries. */
function load() {
  return import('./run-server.ts')
}
