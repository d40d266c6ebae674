/** Contacts from the roster of an account on an XMPP server: once, or as long as it is watched. */
import type { Done } from '../../ground/refusals.ts'
import { failedImport, type ImportResult } from '../contact.ts'
import { connectionFault } from '../network.ts'
import { readCa, readSourcePassword, type Surroundings } from '../places.ts'
import type { XmppSource } from '../source.ts'
import { XmppConnection } from './connection.ts'
import { contactsOf, pushedItem, type Roster, type RosterItem, rosterUri } from './roster.ts'
import { declineAsk, isAnswer, isFromAccount, isIq, openRoster, reply, sendAsk, type XmppAccount } from './session.ts'
import { childOf, type Stanza, StreamFault } from './stanza.ts'

type RosterWatch = {
  /** Ends the watch. */
  readonly close: () => void
  /** Settles when the watch is over, with the fault that ended it, or nothing where it was closed. */
  readonly ended: Promise<string | undefined>
}

const pingUri = 'urn:xmpp:ping'
/** A server that leaves this long a question unanswered is gone, in milliseconds. */
const pingEvery = 60_000

type Opened = { readonly connection: XmppConnection; readonly account: XmppAccount; readonly roster: Roster }

/** Signs in, reads the roster once and signs out. */
export async function readXmpp(source: XmppSource, surroundings: Surroundings): Promise<ImportResult> {
  const opened = await open(source, surroundings)
  if (!opened.ok) return failedImport(opened.why, { where: source.jid })
  const { connection, roster } = opened.value
  connection.send('</stream:stream>')
  connection.destroy('done')
  return contactsOf(roster, source, surroundings.unicode)
}

/** Tells the roster at once, and again after every change. A watch that could not begin has ended with its fault. */
export async function watchXmpp(
  source: XmppSource,
  surroundings: Surroundings,
  tell: (result: ImportResult) => void,
  every = pingEvery,
): Promise<RosterWatch> {
  const opened = await open(source, surroundings)
  if (!opened.ok) return { close: () => undefined, ended: Promise.resolve(opened.why) }
  const { connection } = opened.value
  let closed = false
  const follow = followRoster(opened.value, every, (roster) => tell(contactsOf(roster, source, surroundings.unicode)))
  return {
    close: () => {
      closed = true
      connection.destroy('closed')
    },
    ended: follow.catch((error: unknown) => (closed ? undefined : wordsOf(error))),
  }
}

async function open(source: XmppSource, surroundings: Surroundings): Promise<Done<Opened>> {
  const [ca, password] = [
    await readCa(source.ca, surroundings),
    await readSourcePassword(source.password, surroundings),
  ]
  if (!ca.ok) return ca
  if (!password.ok) return password
  const [user = '', domain = '', ...rest] = source.jid.split('@')
  if (user === '' || domain === '' || rest.length > 0) return { ok: false, why: 'is not a bare JID' }
  const { security, host = domain, port = security === 'tls' ? 5223 : 5222 } = source
  const connection = new XmppConnection({ host, port, security, domain, ca: ca.value })
  const timer = setTimeout(
    () => connection.destroy(`it did not answer within ${source.timeout} seconds`),
    source.timeout * 1_000,
  )
  const account = { user, domain, password: password.value }
  try {
    return { ok: true, value: { connection, account, roster: await openRoster(connection, account) } }
  } catch (error) {
    connection.destroy('failed')
    return { ok: false, why: wordsOf(error) }
  } finally {
    clearTimeout(timer)
  }
}

async function followRoster(
  { connection, account, roster: first }: Opened,
  every: number,
  tell: (roster: Roster) => void,
): Promise<undefined> {
  const items = new Map(first.items)
  let { left } = first
  let asked: string | undefined
  const timer = setInterval(() => {
    // TCP alone notices a peer that vanished only after hours, and a roster that stands still looks well.
    if (asked !== undefined) connection.destroy('it does not answer any more')
    else asked = sendAsk(connection, 'get', `<ping xmlns='${pingUri}'/>`)
  }, every)
  try {
    tell({ items, left })
    let changed = false
    for (;;) {
      const stanza = await connection.next()
      if (asked !== undefined && isAnswer(stanza, asked, account)) asked = undefined
      else {
        const jid = takePush({ connection, account, items }, stanza)
        // What is said of a contact now takes the place of what made no sense.
        if (jid !== undefined) left = left.filter(({ where, identity = where }) => identity !== jid)
        changed = jid !== undefined || changed
      }
      // Several changes that came together are told together.
      if (!changed || connection.isBusy) continue
      changed = false
      tell({ items, left })
    }
  } finally {
    clearInterval(timer)
    connection.destroy('ended')
  }
}

type Followed = {
  readonly connection: XmppConnection
  readonly account: XmppAccount
  readonly items: Map<string, RosterItem>
}

/** Whose item is another now. A push from anybody but the account is as if it had not come. */
function takePush({ connection, account, items }: Followed, stanza: Stanza): string | undefined {
  const isPush = isIq(stanza) && stanza.attributes.get('type') === 'set' && childOf(stanza, rosterUri, 'query')
  const item = isPush && isFromAccount(stanza, account) ? pushedItem(stanza) : undefined
  if (!item) {
    declineAsk(connection, stanza, account)
    return undefined
  }
  if (item.subscription === 'remove') items.delete(item.jid)
  else items.set(item.jid, item)
  reply(connection, stanza)
  return item.jid
}

function wordsOf(error: unknown): string {
  if (error instanceof StreamFault) return error.message
  const why = connectionFault(error)
  if (why === undefined) throw error
  return why
}
