/** Mail through the gateway's filter as Postfix sends it, beside the same mail straight to the next hop. */
import { once } from 'node:events'
import { createConnection, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { people } from '../e2e/support/organisation.ts'
import type { Bench } from './bench.ts'
import { greet, openPolicy, type Policy, type Say } from './doors.ts'
import { quantile, table } from './figures.ts'
import { now } from './hands.ts'
import { configure, openGateway } from './server.ts'

const { alice, bob } = people
const messages = 1_000
/** Connections at a time: one for the time of a message, as many as a busy Postfix has for the rate. */
const connections = [1, 10]
const bodyBytes = 4_000

/** Prints the table of messages a second and their times, by how many are sent at once. */
export async function benchGateway({ organisation: serve }: Pick<Bench, 'organisation'>): Promise<void> {
  const organisation = await serve()
  const next = await startNextHop()
  const doors = { sockets: organisation.folder, metricsPort: 0, next: { host: '127.0.0.1', port: next.port } }
  await configure(organisation, { gateway: doors })
  const gateway = await openGateway(organisation)
  try {
    const rows: string[][] = []
    for (const count of connections) {
      const direct = await send(count, () => openMail({ host: '127.0.0.1', port: next.port }))
      const judged = await send(count, async () =>
        openMail({ path: gateway.outgoing }, await openPolicy(gateway.policy, alice)),
      )
      rows.push(row('straight to the next hop', count, direct), row('judged, signed and passed on', count, judged))
    }
    const head = ['mail', 'connections', 'messages a second', 'p50', 'p95', 'p99', 'worst']
    table(`Gateway: ${messages.toLocaleString('en')} messages of ${bodyBytes.toLocaleString('en')} bytes`, head, rows)
  } finally {
    await gateway.close()
    next.server.close()
    await organisation.remove()
  }
}

/** One connection: sends a message, and is over when the other side has taken it. */
type Mail = { readonly send: (n: number) => Promise<void>; readonly close: () => void }

async function openMail(at: NetConnectOpts, policy?: Policy): Promise<Mail> {
  const socket = createConnection(at)
  await once(socket, 'connect')
  const say = await greet(socket)
  return {
    async send(n) {
      const proof = policy ? `${await policy.proof(bob.address)}\r\n` : ''
      await expect(say, `MAIL FROM:<${alice.address}>`, '250')
      await expect(say, `RCPT TO:<${bob.address}>`, '250')
      await expect(say, 'DATA', '354')
      await expect(say, `${proof}${message(n)}\r\n.`, '250')
    },
    close() {
      policy?.close()
      socket.destroy()
    },
  }
}

async function expect(say: Say, command: string, code: string): Promise<void> {
  const answer = await say(command)
  if (!answer.startsWith(code)) throw new Error(`${command.slice(0, 40)}: ${answer}`)
}

let sent = 0

function message(n: number): string {
  sent += 1
  const fields = {
    From: `${alice.name} <${alice.address}>`,
    To: bob.address,
    Subject: `Message ${n}`,
    Date: new Date().toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<bench.${process.pid}.${sent}@corp.test>`,
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
  }
  const line = 'Sixty-two characters of text that nobody needs to read, ever.\r\n'
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${head.join('')}\r\n${line.repeat(Math.ceil(bodyBytes / line.length))}`
}

type Sent = { readonly times: readonly number[]; readonly ms: number }

async function send(count: number, open: () => Promise<Mail>): Promise<Sent> {
  const mails = await Promise.all(Array.from({ length: count }, open))
  const times: number[] = []
  let next = 0
  const start = now()
  const worker = async (mail: Mail) => {
    while (next < messages) {
      next += 1
      const begin = now()
      await mail.send(next)
      times.push(now() - begin)
    }
  }
  await Promise.all(mails.map(worker))
  const ms = now() - start
  for (const mail of mails) mail.close()
  return { times, ms }
}

function row(what: string, count: number, { times, ms }: Sent): string[] {
  const cells = [0.5, 0.95, 0.99, 1].map((q) => `${quantile(times, q).toFixed(1)} ms`)
  return [what, `${count}`, `${Math.round(times.length / (ms / 1000))}`, ...cells]
}

/** Takes everything and keeps nothing. */
async function startNextHop(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => void take(socket).catch(() => socket.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address ? address.port : 0 }
}

async function take(socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy())
  const say = (line: string) => void socket.write(`${line}\r\n`)
  say('220 next.test')
  let inMessage = false
  for await (const line of createInterface({ input: socket })) {
    if (inMessage) {
      inMessage = line !== '.'
      if (!inMessage) say('250 taken')
    } else if (line === 'DATA') {
      inMessage = true
      say('354 go on')
    } else if (line === 'QUIT') {
      say('221 bye')
      socket.end()
    } else say('250 yes')
  }
}
