/** What asks whether a login may send to an address: Postfix's question to the gateway, and the embedded submission. */
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { connect } from 'node:tls'
import type { Person } from '../e2e/support/organisation.ts'

export type Door = {
  readonly refuses: (address: string) => Promise<boolean>
  readonly close: () => void
}

export type Policy = Door & {
  /** The field that Postfix puts in front of a message to this recipient. */
  readonly proof: (recipient: string) => Promise<string>
}

/** One connection to the policy service, as one smtpd process of Postfix has it. */
export async function openPolicy(path: string, { user, address }: Person): Promise<Policy> {
  const socket = createConnection({ path })
  await once(socket, 'connect')
  const lines = linesOf(socket)
  let instance = 0
  const ask = async (state: 'RCPT' | 'DATA', recipient: string): Promise<string> => {
    const asked = { request: 'smtpd_access_policy', protocol_state: state, instance, sasl_username: user }
    const attributes = Object.entries({ ...asked, sender: address, recipient })
    socket.write(`${attributes.map(([name, value]) => `${name}=${value}\n`).join('')}\n`)
    const action = await lines.next()
    await lines.next()
    if (action.startsWith('action=4')) throw new Error(`the gateway does not judge: ${action}`)
    return action
  }
  return {
    async refuses(recipient) {
      instance += 1
      return (await ask('RCPT', recipient)) !== 'action=DUNNO'
    },
    async proof(recipient) {
      instance += 1
      await ask('RCPT', recipient)
      const prepend = 'action=PREPEND '
      const action = await ask('DATA', recipient)
      if (!action.startsWith(prepend)) throw new Error(`the gateway proves nothing: ${action}`)
      return action.slice(prepend.length)
    },
    close: () => socket.destroy(),
  }
}

/** A login's SMTP session; every question is a mail transaction of its own. */
export async function openSubmission(port: number, ca: string, { user, address, password }: Person): Promise<Door> {
  const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' })
  await once(socket, 'secureConnect')
  const say = await greet(socket)
  const signedIn = await say(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`)
  if (!signedIn.startsWith('235')) throw new Error(`not signed in: ${signedIn}`)
  return {
    async refuses(recipient) {
      const sender = await say(`MAIL FROM:<${address}>`)
      const judged = await say(`RCPT TO:<${recipient}>`)
      await say('RSET')
      if (!sender.startsWith('250') || judged.startsWith('4')) throw new Error(`not judged: ${sender}, ${judged}`)
      return judged.startsWith('5')
    },
    close: () => socket.destroy(),
  }
}

/** Sends a command, or a message with its dot, and gives the last line of the answer. */
export type Say = (command: string) => Promise<string>

/** Up to the answer to EHLO. */
export async function greet(socket: Socket): Promise<Say> {
  const lines = linesOf(socket)
  const answer = async (): Promise<string> => {
    for (;;) {
      const line = await lines.next()
      if (!/^\d{3}-/.test(line)) return line
    }
  }
  const say: Say = (command) => {
    socket.write(`${command}\r\n`)
    return answer()
  }
  await answer()
  await say('EHLO bench.test')
  return say
}

type Lines = { readonly next: () => Promise<string> }

function linesOf(socket: Socket): Lines {
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  return {
    async next() {
      const { value, done } = await lines.next()
      if (done) throw new Error('the server hung up')
      return value
    },
  }
}
