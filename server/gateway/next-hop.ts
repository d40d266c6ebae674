/**
 * Hands messages on to the next mail server by SMTP, so that its refusal is the answer to our own client: every
 * recipient is asked for before the first message goes. (nodemailer sends to the others when one is refused; then
 * nobody could be told in the session.)
 */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { bytesOf, type Parts } from '../mail/smtp/message.ts'
import { SmtpReply, tryLater } from '../mail/smtp/reply.ts'
import { createReplyReader, type NextServerReply } from './smtp-replies.ts'

/** Where the next server listens: a socket file, or a port, where it may ask for a certificate of ours. PEM. */
export type NextPlace =
  | { readonly socket: string }
  | {
      readonly host: string
      readonly port: number
      readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
    }
/** `name`: ours, for EHLO. */
export type NextHop = { readonly at: NextPlace; readonly name: string }

/** One message for recipients who all get the same bytes. Addresses are parsed ones. */
export type Copy = {
  /** Empty: the null sender. */
  readonly from: string
  readonly to: readonly string[]
  /** Lines end in CR LF and nothing else. Made into bytes when it is sent, so that many copies are one in memory. */
  readonly message: Parts
  readonly utf8: boolean
}

/** Milliseconds for any single answer (RFC 5321 4.5.3.2.6 gives DATA ten minutes). */
const answerMs = 600_000
const connectMs = 30_000

/**
 * Resolves when all are accepted. Throws the next server's refusal as our reply; any other failure is an error. Where
 * several copies go and a later one fails, the client is told to try again: nothing is lost, some may come twice.
 */
export async function sendOn(next: NextHop, copies: readonly Copy[]): Promise<void> {
  if (copies.length === 0) return
  const session = await open(next)
  try {
    // With several copies every envelope is tried first: a recipient refused half-way could no longer be refused for
    // all.
    if (copies.length > 1) {
      for (const copy of copies) {
        await envelope(session, copy)
        await session.ask('RSET')
      }
    }
    for (const [at, copy] of copies.entries()) await send(session, copy, at > 0)
    // The messages are accepted: what comes of the farewell is nobody's concern.
    session.end()
  } finally {
    session.close()
  }
}

type Session = {
  readonly extensions: ReadonlySet<string>
  readonly ask: (line: string | Uint8Array) => Promise<NextServerReply>
  readonly end: () => void
  readonly close: () => void
}

/** The log has the name alone: this one says what is wrong with the way there. */
class NextServerAway extends Error {
  constructor(error: unknown) {
    super('the next server cannot be reached')
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no answer'
    this.name = `next server: ${code}`
  }
}

async function open({ at, name }: NextHop): Promise<Session> {
  const socket = await reach(at).catch((error: unknown) => {
    throw new NextServerAway(error)
  })
  socket.setTimeout(connectMs, () => socket.destroy(new Error('the next server does not answer')))
  const replies = createReplyReader(socket)
  const ask = (line: string | Uint8Array) => {
    socket.write(typeof line === 'string' ? `${line}\r\n` : line)
    return replies.next()
  }
  try {
    expect(await replies.next(), 220)
    socket.setTimeout(answerMs)
    const hello = expect(await ask(`EHLO ${name}`), 250)
    const extensions = new Set(hello.lines.slice(1).map((line) => line.split(' ')[0]?.toUpperCase() ?? ''))
    return { extensions, ask, end: () => farewell(socket), close: () => socket.destroySoon() }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Connected, with TLS where the settings say so: then the server is the one that its certificate names. */
function reach(at: NextPlace): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = 'socket' in at ? connect(at.socket) : at.tls ? connectTls({ ...at, ...at.tls }) : connect(at)
    const late = setTimeout(() => socket.destroy(new Error('the next server does not answer')), connectMs)
    socket.setNoDelay(true)
    socket.once('error', reject)
    socket.once('close', () => clearTimeout(late))
    socket.once('socket' in at || !at.tls ? 'connect' : 'secureConnect', () => {
      clearTimeout(late)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

function farewell(socket: Socket): void {
  socket.end('QUIT\r\n')
}

async function envelope({ ask, extensions }: Session, { from, to, message, utf8 }: Copy): Promise<void> {
  if (utf8 && !extensions.has('SMTPUTF8')) throw new SmtpReply(550, '5.6.7 A2 Only ASCII addresses are accepted')
  const parameters = [
    extensions.has('SIZE') ? ` SIZE=${sizeOf(message)}` : '',
    extensions.has('8BITMIME') ? ' BODY=8BITMIME' : '',
    utf8 ? ' SMTPUTF8' : '',
  ]
  accepted(await ask(`MAIL FROM:<${from}>${parameters.join('')}`), 250)
  for (const address of to) accepted(await ask(`RCPT TO:<${address}>`), 250)
}

/** Bytes, without making them. */
function sizeOf({ fields, body }: Parts): number {
  return fields.reduce((sum, field) => sum + field.length + 2, 2) + body.length
}

async function send(session: Session, copy: Copy, othersAreSent: boolean): Promise<void> {
  try {
    await envelope(session, copy)
    accepted(await session.ask('DATA'), 354)
    accepted(await session.ask(stuffed(bytesOf(copy.message))), 250)
  } catch (error) {
    // Somebody has the message by now: a final no would be untrue for them, so the client is told to try again.
    throw othersAreSent && error instanceof SmtpReply ? tryLater() : error
  }
}

function expect(reply: NextServerReply, code: number): NextServerReply {
  if (reply.code !== code) throw new Error(`the next server answered ${reply.code}`)
  return reply
}

/** Its refusal becomes ours. An answer that is neither yes nor no fails closed. */
function accepted(reply: NextServerReply, code: number): void {
  if (reply.code === code) return
  if (reply.code < 400) throw new Error(`the next server answered ${reply.code}`)
  const text = (reply.lines[0] ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, maxText)
  const isEnhanced = /^[45]\.\d{1,3}\.\d{1,3} /.test(text)
  // Its 421 ends its connection, not ours.
  const ours = reply.code < 500 ? 451 : reply.code
  throw new SmtpReply(ours, isEnhanced ? text : `${Math.floor(ours / 100)}.0.0 ${text}`)
}

/** Characters of its words that are passed on: a reply line holds 512 octets. */
const maxText = 400

const crlf = Buffer.from('\r\n')
const lineDot = Buffer.from('\r\n.')

/** RFC 5321 4.5.2: a dot before each line that begins with one, and the end. */
export function stuffed(raw: Uint8Array): Uint8Array {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const pieces: Buffer[] = bytes[0] === 0x2e ? [Buffer.from('.')] : []
  let from = 0
  for (let at = bytes.indexOf(lineDot); at >= 0; at = bytes.indexOf(lineDot, at + 2)) {
    pieces.push(bytes.subarray(from, at + 2), Buffer.from('.'))
    from = at + 2
  }
  pieces.push(bytes.subarray(from))
  if (!bytes.subarray(-2).equals(crlf)) pieces.push(crlf)
  pieces.push(Buffer.from('.\r\n'))
  return Buffer.concat(pieces)
}
