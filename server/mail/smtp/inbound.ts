/**
 * Mail from outside, for those whom the surroundings reach: no relay. Forged mail is let in, with nothing on it that
 * could prove anything but the gateway's own verdict; the client holds it (I3).
 */
import { parseAddress } from '../../../shared/address.ts'
import { maxRecipients } from '../../../shared/message.ts'
import type { Account } from '../../accounts/accounts.ts'
import type { Clock } from '../../ground/clock.ts'
import { maxConnections, maxMessageBytes } from '../limits.ts'
import type { MailLog } from '../ports.ts'
import type { Tasks } from '../tasks.ts'
import { collect, createRoom, type Room } from './collect.ts'
import type { Job, Recipient } from './deliver.ts'
import { readIncoming } from './message.ts'
import { noMailbox, SmtpReply, tryLater } from './reply.ts'
import { type SmtpData, type SmtpOptions, type SmtpSession, writtenAddress } from './strict-server.ts'
import { handled, received } from './trace.ts'

type Inbound = {
  readonly clock: Clock
  readonly domain: string
  readonly log: MailLog
  readonly tasks: Tasks
  /** Who has the address here; throws the reply where mail to it goes nowhere from here. Undefined: it goes on unjudged. */
  readonly reach: (key: string) => Promise<Account | undefined>
  readonly deliver: (job: Job) => Promise<void>
}

/** RFC 5321 6.3: more than this is a loop. */
const maxHops = 100

/** One mail transaction so far. */
type State = { readonly sender: string; readonly recipients: Map<string, Recipient> }

/** The door as an SMTP server: without a login and without TLS, since a relay on the same machine stands before it. */
export function inboundOptions(inbound: Inbound): SmtpOptions {
  const states = new WeakMap<SmtpSession, State>()
  const room = createRoom()
  return {
    name: inbound.domain,
    size: maxMessageBytes,
    maxClients: maxConnections,
    maxRecipients,
    authOptional: true,
    // Plain: a mail relay stands before it on the same machine and speaks TLS to the world.
    disabledCommands: ['AUTH', 'XCLIENT', 'XFORWARD', 'STARTTLS'],
    onMailFrom(_parsed, session, done) {
      states.set(session, { sender: writtenAddress(session), recipients: new Map() })
      done()
    },
    onRcptTo(_parsed, session, done) {
      const admit = async () => {
        const { key, recipient } = await reached(inbound, writtenAddress(session))
        // By account: who is named by two spellings of one address gets one copy.
        states.get(session)?.recipients.set(recipient.account?.id ?? key, recipient)
      }
      handled(inbound, admit(), done)
    },
    onData(stream, session, done) {
      handled(inbound, data(inbound, { stream, session, room }, states.get(session)), done)
    },
  }
}

async function reached({ reach }: Inbound, address: string): Promise<{ key: string; recipient: Recipient }> {
  const parsed = parseAddress(address, { unicode: true })
  if (!parsed.ok) throw noMailbox()
  const { key, text } = parsed.value
  return { key, recipient: { text, account: await reach(key) } }
}

type Arriving = { readonly stream: SmtpData; readonly session: SmtpSession; readonly room: Room }

async function data(inbound: Inbound, { stream, session, room }: Arriving, state: State | undefined): Promise<void> {
  await collect(stream, room, (raw) => takeIn(inbound, { raw, session }, state))
}

type Arrived = { readonly raw: Uint8Array; readonly session: SmtpSession }

async function takeIn(inbound: Inbound, { raw, session }: Arrived, state: State | undefined): Promise<void> {
  const message = readIncoming(raw)
  if (!state || state.recipients.size === 0) throw tryLater()
  if (message.fields.filter((field) => /^received:/i.test(field)).length > maxHops) {
    throw new SmtpReply(554, '5.4.6 The message goes round in circles')
  }
  await inbound.deliver({
    message,
    recipients: [...state.recipients.values()],
    returnPath: returnPathOf(state.sender),
    trace: received(inbound.domain, session, inbound.clock.now()),
    utf8: session.envelope.smtpUtf8 === true,
  })
  inbound.log.info('smtp.inbound', { recipients: state.recipients.size })
}

/** Only an address that parses is written into a header. */
function returnPathOf(address: string): string {
  const parsed = parseAddress(address, { unicode: true })
  return parsed.ok ? parsed.value.text : ''
}
