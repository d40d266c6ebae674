/** Starts the engine in Electron's utility process. */
import { utilityProcess } from 'electron'
import type { EngineChild, FromEngine, StartOptions, ToEngine } from './messages.ts'

/** Starts the engine's process and sends it its first message. */
export function forkEngine(program: string, options: StartOptions): EngineChild {
  const child = utilityProcess.fork(program, [], { serviceName: 'Kith engine', stdio: 'inherit' })
  const post = (message: ToEngine) => child.postMessage.call(child, message)
  post({ type: 'start', options })
  return {
    post,
    onMessage: (receive) => {
      // Our own program on the other side: its messages are typed by messages.ts.
      child.on('message', (message: FromEngine) => receive(message))
    },
    onExit: (left) => {
      child.once('exit', left)
    },
    kill: () => {
      child.kill()
    },
  }
}
