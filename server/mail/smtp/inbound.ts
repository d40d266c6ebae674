/**
 * Mail from outside, for local mailboxes only: no relay. Forged mail is let in, with nothing on it that could prove
 * anything; the client judges it and holds it (I3).
 */

import { parseAddress } from '../../../shared/address.ts'
import { maxRecipients } from '../../../shared/message.ts'
import type { Account, Accounts } from '../../accounts.ts'
import { maxConnections, maxMessageBytes } from '../limits.ts'
import type { MailLog } from '../ports.ts'
import type { Tasks } from '../tasks.ts'
import { collect } from './collect.ts'
import { type Deliverer, deliverFromOutside } from './deliver.ts'
import { readIncoming } from './message.ts'
import { SmtpReply, tryLater } from './reply.ts'
import { type SmtpData, type SmtpOptions, type SmtpSession, writtenAddress } from './strict-server.ts'
import { handled, received } from './trace.ts'

export type Inbound = Deliverer & {
  readonly accounts: Pick<Accounts, 'byAddress'>
  readonly domain: string
  readonly log: MailLog
  readonly tasks: Tasks
}

/** RFC 5321 6.3: more than this is a loop. */
const maxHops = 100

/** One mail transaction so far. */
type State = { sender: string; recipients: Map<string, Account> }

export function inboundOptions(inbound: Inbound): SmtpOptions {
  const states = new WeakMap<SmtpSession, State>()
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
        const account = await mailboxOf(inbound, writtenAddress(session))
        states.get(session)?.recipients.set(account.id, account)
      }
      handled(inbound, admit(), done)
    },
    onData(stream, session, done) {
      handled(inbound, data(inbound, { stream, session }, states.get(session)), done)
    },
  }
}

async function mailboxOf({ accounts }: Inbound, address: string): Promise<Account> {
  const parsed = parseAddress(address, { unicode: true })
  const account = parsed.ok ? await accounts.byAddress(parsed.value.key) : undefined
  if (!account) throw new SmtpReply(550, '5.1.1 There is no such mailbox here')
  return account
}

type Arriving = { readonly stream: SmtpData; readonly session: SmtpSession }

async function data(inbound: Inbound, { stream, session }: Arriving, state: State | undefined): Promise<void> {
  const message = readIncoming(await collect(stream))
  if (!state || state.recipients.size === 0) throw tryLater()
  if (message.fields.filter((field) => /^received:/i.test(field)).length > maxHops) {
    throw new SmtpReply(554, '5.4.6 The message goes round in circles')
  }
  await deliverFromOutside(inbound, {
    message,
    recipients: [...state.recipients.values()],
    returnPath: returnPathOf(state.sender),
    trace: received(inbound.domain, session, inbound.clock.now()),
  })
  inbound.log.info('smtp.inbound', { recipients: state.recipients.size })
}

/** Only an address that parses is written into a header. */
function returnPathOf(address: string): string {
  const parsed = parseAddress(address)
  return parsed.ok ? parsed.value.text : ''
}
