/** An SMTP server over real loopback TCP that fails where the script says, and otherwise accepts everything. */

import { type AddressInfo, createServer, type Socket } from 'node:net'

export const phases = ['greeting', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'dot'] as const
type Phase = (typeof phases)[number]

/** `answer`: says this instead of the right thing. `accepted`: takes the message, and then the connection is lost. */
export type Fault =
  | { readonly at: Phase; readonly how: 'reset' | 'close' | 'silent' | 'accepted' }
  | { readonly at: Phase; readonly how: 'answer'; readonly text: string }

type Accepted = { readonly from: string; readonly to: readonly string[]; readonly data: string }

export type SmtpPeer = {
  readonly port: number
  readonly accepted: readonly Accepted[]
  /** Commands as they came, over all connections. */
  readonly commands: readonly string[]
  readonly connections: () => number
  /** Each connection to come has one of these, in order; later ones have none. */
  script(faults: readonly (Fault | undefined)[]): void
  /** RCPT TO of these addresses is answered so, until changed. */
  readonly recipientAnswers: Map<string, string>
  /** Ends connections that wait for a command. */
  dropAll(): void
  close(): Promise<void>
}

const right: Readonly<Record<Phase, string>> = {
  greeting: '220 peer.test ESMTP',
  EHLO: '250-peer.test\r\n250-PIPELINING\r\n250-SIZE 30000000\r\n250 AUTH PLAIN',
  AUTH: '235 2.7.0 welcome',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go on',
  dot: '250 2.0.0 taken',
}

type Shared = {
  readonly accepted: Accepted[]
  readonly commands: string[]
  readonly recipientAnswers: Map<string, string>
  readonly happened: () => void
}

export async function smtpPeer(happened: () => void = () => undefined): Promise<SmtpPeer> {
  const shared: Shared = { accepted: [], commands: [], recipientAnswers: new Map(), happened }
  const faults: (Fault | undefined)[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    serveOne(socket, faults.shift(), shared)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    accepted: shared.accepted,
    commands: shared.commands,
    connections: () => connections,
    recipientAnswers: shared.recipientAnswers,
    script: (next) => {
      faults.splice(0, faults.length, ...next)
    },
    dropAll,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        dropAll()
      }),
  }
}

type Transaction = { from: string; to: string[] }

function serveOne(socket: Socket, fault: Fault | undefined, shared: Shared): void {
  let transaction: Transaction = { from: '', to: [] }
  let buffered = ''
  let inData = false
  /** False when the connection is over or silent: nothing more is said on it. */
  const say = (phase: Phase, text = right[phase]): boolean => {
    if (fault?.at !== phase || fault.how === 'accepted') return socket.write(`${text}\r\n`) || true
    if (fault.how === 'answer') return socket.write(`${fault.text}\r\n`) || true
    if (fault.how === 'reset') socket.resetAndDestroy()
    if (fault.how === 'close') socket.end()
    return false
  }
  const isRight = (phase: Phase): boolean => fault?.at !== phase
  const finishData = (data: string): void => {
    const lost = fault?.at === 'dot' && fault.how === 'accepted'
    if (isRight('dot') || lost) shared.accepted.push({ ...transaction, data })
    transaction = { from: '', to: [] }
    if (lost) socket.resetAndDestroy()
    else say('dot')
    shared.happened()
  }
  const command = (line: string): void => {
    shared.commands.push(line.replace(/^AUTH PLAIN .*/u, 'AUTH PLAIN ...'))
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'AUTH') say(verb)
    // Whoever fails at EHLO fails at HELO, to which clients fall back.
    else if (verb === 'EHLO' || verb === 'HELO') say('EHLO')
    else if (verb === 'MAIL') {
      transaction = { from: isRight('MAIL') ? addressIn(line) : '', to: [] }
      say('MAIL')
    } else if (verb === 'RCPT') {
      const address = addressIn(line)
      const answer = transaction.from === '' ? '503 5.5.1 MAIL first' : shared.recipientAnswers.get(address)
      if (answer === undefined && isRight('RCPT')) transaction.to.push(address)
      say('RCPT', answer)
    } else if (verb === 'DATA') {
      if (transaction.to.length === 0) socket.write('554 5.5.1 no recipients\r\n')
      else if (say('DATA')) inData = isRight('DATA')
    } else if (verb === 'QUIT') socket.end('221 bye\r\n')
    else socket.write('250 ok\r\n')
  }
  socket.on('data', (chunk) => {
    buffered += chunk.toString('latin1')
    for (;;) {
      const mark = inData ? '\r\n.\r\n' : '\r\n'
      const end = buffered.indexOf(mark)
      if (end < 0) return
      const text = buffered.slice(0, end)
      buffered = buffered.slice(end + mark.length)
      if (inData) {
        inData = false
        finishData(text)
      } else command(text)
    }
  })
  say('greeting')
}

function addressIn(line: string): string {
  return /<([^>]*)>/u.exec(line)?.[1] ?? ''
}
