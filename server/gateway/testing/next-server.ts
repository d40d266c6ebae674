/** Stands where the gateway sends messages on to, and keeps them: what the gateway's client has heard, is here already. */
import { SMTPServer } from 'smtp-server'
import type { Let } from '../../mail/testing/attack-suite.ts'

export type NextServer = {
  /** What came since the last time. */
  readonly taken: () => readonly Let[]
  /** The next message, once it has come: for what nobody waits for otherwise. */
  readonly arrived: () => Promise<Let>
  /** The next message is never answered nor kept; resolves when all of it is here. */
  readonly stall: () => Promise<void>
  /** Replies to RCPT for these addresses, instead of yes. */
  readonly refusing: Map<string, number>
  close(): Promise<void>
}

export async function startNextServer(socket: string): Promise<NextServer> {
  const taken: Let[] = []
  let wake: () => void = () => undefined
  let stalled: (() => void) | undefined
  const refusing = new Map<string, number>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo({ address }, _session, done) {
      const responseCode = refusing.get(address)
      done(responseCode === undefined ? null : Object.assign(new Error('no'), { responseCode }))
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (stalled) {
          stalled()
          stalled = undefined
          return
        }
        taken.push({
          to: envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('latin1'),
        })
        done()
        wake()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.server.listen(socket, () => resolve())
  })
  return {
    taken: () => taken.splice(0),
    async arrived() {
      for (;;) {
        const first = taken.shift()
        if (first) return first
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    stall: () =>
      new Promise((resolve) => {
        stalled = resolve
      }),
    refusing,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
