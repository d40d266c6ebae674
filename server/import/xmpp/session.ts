/** A signed-in session: a resource, the roster, and what the server asks in between. */

import { randomBytes } from 'node:crypto'
import { foldAscii } from '../../../shared/address.ts'
import { escapeXml } from '../../../shared/text/xml-text.ts'
import type { XmppConnection } from './connection.ts'
import { type Roster, rosterOf, rosterUri } from './roster.ts'
import { type Login, signIn } from './sign-in.ts'
import { childOf, type Stanza, StreamFault } from './stanza.ts'

export type XmppAccount = Login & { readonly domain: string }

const clientUri = 'jabber:client'
const bindUri = 'urn:ietf:params:xml:ns:xmpp-bind'
const stanzasUri = 'urn:ietf:params:xml:ns:xmpp-stanzas'

/** Protects, signs in, binds a resource, and asks for the roster: from then on changes are pushed (RFC 6121 section 2.2). */
export async function openRoster(connection: XmppConnection, account: XmppAccount): Promise<Roster> {
  await signIn(connection, await connection.secure(), account)
  await connection.openStream()
  await ask(connection, account, 'set', `<bind xmlns='${bindUri}'/>`)
  return rosterOf(await ask(connection, account, 'get', `<query xmlns='${rosterUri}'/>`))
}

async function ask(
  connection: XmppConnection,
  account: XmppAccount,
  type: 'get' | 'set',
  content: string,
): Promise<Stanza> {
  const id = sendAsk(connection, type, content)
  for (;;) {
    const stanza = await connection.next()
    if (!isAnswer(stanza, id, account)) declineAsk(connection, stanza, account)
    else if (stanza.attributes.get('type') === 'result') return stanza
    else throw new StreamFault(`it refuses: ${conditionOf(stanza)}`)
  }
}

/** Sends a request; gives its id, which nobody else can guess. */
export function sendAsk(connection: XmppConnection, type: 'get' | 'set', content: string): string {
  const id = randomBytes(12).toString('hex')
  connection.send(`<iq type='${type}' id='${id}'>${content}</iq>`)
  return id
}

/** Whether a stanza answers a request to the own server: the right id, and from nobody else (RFC 6120 section 8.1.2.1). */
export function isAnswer(stanza: Stanza, id: string, account: XmppAccount): boolean {
  const type = stanza.attributes.get('type')
  const from = stanza.attributes.get('from')
  const isOwn = isFromAccount(stanza, account) || from === account.domain || from?.startsWith(`${bareOf(account)}/`)
  return isIq(stanza) && stanza.attributes.get('id') === id && (type === 'result' || type === 'error') && isOwn === true
}

/** From the account itself, said or unsaid: the only one whose roster pushes count (RFC 6121 section 2.1.6). */
export function isFromAccount({ attributes }: Stanza, account: XmppAccount): boolean {
  const from = attributes.get('from')
  return from === undefined || foldAscii(from) === bareOf(account)
}

/** Answers a request of the own server that is not known here; strangers are not told that anybody listens. */
export function declineAsk(connection: XmppConnection, stanza: Stanza, account: XmppAccount): void {
  const { attributes } = stanza
  const type = attributes.get('type')
  const from = attributes.get('from')
  if (!isIq(stanza) || (type !== 'get' && type !== 'set')) return
  if (!isFromAccount(stanza, account) && from !== account.domain) return
  reply(connection, stanza, `<error type='cancel'><service-unavailable xmlns='${stanzasUri}'/></error>`)
}

/** With an error inside, or as a plain acknowledgement. */
export function reply(connection: XmppConnection, { attributes }: Stanza, error = ''): void {
  const from = attributes.get('from')
  const to = from === undefined ? '' : ` to='${escapeXml(from)}'`
  const id = escapeXml(attributes.get('id') ?? '')
  connection.send(`<iq type='${error === '' ? 'result' : 'error'}' id='${id}'${to}>${error}</iq>`)
}

/** Whether a stanza is a question or an answer to one (RFC 6120 section 8.2.3). */
export function isIq({ uri, local }: Stanza): boolean {
  return uri === clientUri && local === 'iq'
}

function conditionOf(stanza: Stanza): string {
  const [condition] = childOf(stanza, clientUri, 'error')?.children ?? []
  return condition?.local.slice(0, 40) ?? 'without a reason'
}

function bareOf({ user, domain }: XmppAccount): string {
  return foldAscii(`${user}@${domain}`)
}
