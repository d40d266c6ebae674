/** Signing in with a password (RFC 6120 section 6): SCRAM (RFC 5802, RFC 7677), or PLAIN, both inside TLS only. */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { XmppConnection } from './connection.ts'
import { childOf, type Stanza, StreamFault } from './stanza.ts'

/** `user`: the part of the JID before `@`. */
export type Login = { readonly user: string; readonly password: string }

const saslUri = 'urn:ietf:params:xml:ns:xmpp-sasl'
const derive = promisify(pbkdf2)
/** Best first. */
const scrams = [
  { mechanism: 'SCRAM-SHA-256', hash: 'sha256', length: 32 },
  { mechanism: 'SCRAM-SHA-1', hash: 'sha1', length: 20 },
] as const
/** More rounds than any server asks for; a hostile one could ask for an hour. */
const maxRounds = 1_000_000

/**
 * Signs in by the best way that the server offers. Throws `StreamFault` where it refuses, or does not prove that it
 * knows the password too.
 */
export async function signIn(connection: XmppConnection, features: Stanza, login: Login): Promise<void> {
  const offered = new Set(childOf(features, saslUri, 'mechanisms')?.children.map(({ text }) => text.trim()) ?? [])
  const scram = scrams.find(({ mechanism }) => offered.has(mechanism))
  if (scram) await signInByScram(connection, scram, login)
  else if (offered.has('PLAIN')) {
    sendAuth(connection, 'PLAIN', `\0${login.user}\0${login.password}`)
    await answer(connection, 'success')
  } else throw new StreamFault('it offers no way to sign in that is known here')
}

async function signInByScram(connection: XmppConnection, scram: (typeof scrams)[number], login: Login): Promise<void> {
  const { hash, length, mechanism } = scram
  const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest()
  const nonce = randomBytes(24).toString('base64')
  const first = `n=${login.user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  sendAuth(connection, mechanism, `n,,${first}`)
  const challenge = await answer(connection, 'challenge')
  const { r = '', s = '', i = '' } = fieldsOf(challenge)
  const rounds = /^[1-9][0-9]{0,6}$/.test(i) ? Number(i) : 0
  if (!r.startsWith(nonce) || r.length === nonce.length || s === '' || rounds < 1 || rounds > maxRounds)
    throw new StreamFault('its challenge makes no sense')
  // NFKC is what SASLprep (RFC 4013) makes of text that holds nothing forbidden.
  const salted = await derive(login.password.normalize('NFKC'), Buffer.from(s, 'base64'), rounds, length, hash)
  const last = `c=biws,r=${r}`
  const message = `${first},${challenge},${last}`
  const clientKey = hmac(salted, 'Client Key')
  const signature = hmac(createHash(hash).update(clientKey).digest(), message)
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString('base64')
  connection.send(`<response xmlns='${saslUri}'>${base64(`${last},p=${proof}`)}</response>`)
  const { v = '' } = fieldsOf(await answer(connection, 'success'))
  const expected = hmac(hmac(salted, 'Server Key'), message)
  const told = Buffer.from(v, 'base64')
  // Who cannot sign this does not know the password, whatever it says.
  if (told.length !== expected.length || !timingSafeEqual(told, expected))
    throw new StreamFault('it does not prove that it knows the account')
}

function sendAuth(connection: XmppConnection, mechanism: string, text: string): void {
  connection.send(`<auth xmlns='${saslUri}' mechanism='${mechanism}'>${base64(text)}</auth>`)
}

/** The text of the element that was expected; a failure in words. */
async function answer(connection: XmppConnection, expected: 'challenge' | 'success'): Promise<string> {
  const { uri, local, text, children } = await connection.next()
  if (uri === saslUri && local === expected) return Buffer.from(text, 'base64').toString('utf8')
  if (uri === saslUri && local === 'failure')
    throw new StreamFault(
      `it refuses the name or the password: ${children[0]?.local.slice(0, 40) ?? 'without a reason'}`,
    )
  throw new StreamFault('its answer to the sign-in makes no sense')
}

function fieldsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split(',').map((field) => [field.slice(0, 1), field.slice(2)]))
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
