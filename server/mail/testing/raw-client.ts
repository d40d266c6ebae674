/** A socket that says exactly what a test tells it, and reads whole replies. */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export type RawClient = {
  send(text: string | Uint8Array): void
  /** Waits until `wanted` matches what was received since the last match; takes it. */
  until(wanted: RegExp): Promise<string>
  /** One whole SMTP reply. */
  reply(): Promise<string>
  /** Sends a line and reads the reply. */
  ask(line: string): Promise<string>
  /** Resolves when the server has closed, with what nobody had waited for. */
  readonly closed: Promise<string>
  close(): void
}

/** Milliseconds until a test that waits in vain fails. */
const patience = 10_000

/** `place`: a port of this machine, or a socket file. */
export async function rawClient(place: number | string, options: { readonly ca?: string } = {}): Promise<RawClient> {
  const at = typeof place === 'string' ? { path: place } : { port: place, host: '127.0.0.1' }
  const socket: Socket = options.ca ? connectTls({ ...at, ca: options.ca, servername: 'localhost' }) : connectPlain(at)
  let received = ''
  let wake = () => {}
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    wake()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
  const until = (wanted: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`waited for ${wanted}, got ${JSON.stringify(received)}`)),
        patience,
      )
      const look = () => {
        const match = wanted.exec(received)
        if (!match) return
        clearTimeout(late)
        wake = () => {}
        received = received.slice(match.index + match[0].length)
        resolve(match[0])
      }
      wake = look
      look()
    })
  const reply = () => until(/^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/)
  return {
    send: (text) => void socket.write(text),
    until,
    reply,
    ask(line) {
      socket.write(`${line}\r\n`)
      return reply()
    },
    closed,
    close: () => socket.destroy(),
  }
}

function plainLogin(user: string, password: string): string {
  return `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`
}

/** A connection on which somebody has signed in. */
export async function signedInClient(port: number, ca: string, { user, password }: Login): Promise<RawClient> {
  const client = await rawClient(port, { ca })
  await client.reply()
  await client.ask('EHLO test')
  const answer = await client.ask(plainLogin(user, password))
  if (!answer.startsWith('235 ')) throw new Error(answer)
  return client
}
type Login = { readonly user: string; readonly password: string }
