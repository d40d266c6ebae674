/**
 * IDLE (RFC 2177) in place of the library's own: that one forgets its timer when the connection goes, which then stays
 * in memory for half an hour, and keeps the process from ending as long.
 */
import type { Socket } from 'node:net'

/** The library's connection, by the members that IDLE needs. */
type IdleConnection = {
  readonly _socket: Socket
  /** Takes the next line instead of a command. */
  _nextHandler: false | ((token: string, next: () => void) => void)
  idling: boolean
  send(line: string): void
  close(): void
  emitNotifications(): void
}

type Answer = (error: Error | null, response?: { readonly response: 'OK'; readonly message: string }) => void

/** RFC 2177 3: a client begins anew every 29 minutes; one that does not is gone. */
const longestMs = 30 * 60_000

/**
 * Answers IDLE; a connection that idles for longer than is allowed is closed with BYE. `this`: the library's
 * connection.
 */
export function idle(this: IdleConnection, _command: unknown, answer: Answer, next: () => void): void {
  const { _socket: socket } = this
  const takeLines = (_nextHandler: IdleConnection['_nextHandler']) => Object.assign(this, { _nextHandler })
  const timer = setTimeout(() => {
    this.send('* BYE IDLE terminated')
    setImmediate(() => this.close())
  }, longestMs)
  const gone = () => clearTimeout(timer)
  socket.once('close', gone)
  takeLines((token, goOn) => {
    takeLines(false)
    this.idling = false
    gone()
    socket.off('close', gone)
    goOn()
    if (token.toUpperCase().trim() === 'DONE') answer(null, { response: 'OK', message: 'IDLE terminated' })
    else answer(new Error('DONE was expected'))
  })
  this.idling = true
  this.send('+ idling')
  this.emitNotifications()
  // The next line is needed before the command is answered.
  next()
}
