/** What proves an incoming message's sender (I2, I5): facts for the guard, gathered from the raw bytes. */
import { addressKey } from '../../../../shared/address.ts'
import type { IncomingFacts } from '../../../../shared/guard.ts'
import { asksForDkim, type DkimFacts, type SignedMessage } from '../../../../shared/guard/dkim.ts'
import type { RawMessage } from '../../../../shared/header.ts'
import { fromBase64 } from '../../../../shared/whitelist/bytes/encoding.ts'
import type { MailServers } from '../../../../shared/whitelist/login.ts'
import { keySignatureOf } from '../../../../shared/whitelist/mail-signature.ts'
import { readVerdict, verdictHeader } from '../../../../shared/whitelist/verdict.ts'
import type { Clock, DnsResolver } from '../../ground/ports.ts'
import { primitives } from '../../keys/primitives.ts'
import type { ListInForce } from '../dependencies.ts'
import { dkimFacts } from './dkim.ts'

/** The proofs that a message brings. `again`: one failed for a passing reason, so it is worth another look later. */
export type Proof = Pick<IncomingFacts, 'verdict' | 'login' | 'dkim' | 'keySignature'> & { readonly again: boolean }

/** More verdicts than the gateway's own are somebody's noise. */
const maxVerdicts = 4
/** Bytes of an Ed25519 public key. */
const keyLength = 32

/** What gathering proofs needs: the list as far as the message's authors go. */
type ProofMeans = {
  readonly list: () => Omit<ListInForce, 'prepare'>
  readonly account: { readonly address: string }
  readonly servers: Pick<MailServers, 'authserv'>
  readonly dns: DnsResolver
  readonly clock: Pick<Clock, 'now'>
}

/** Gathers all proofs. `at`: when the server received the message. Only DKIM asks the network, and only where the claimed sender's entry asks for it. */
export async function gatherProof(
  means: ProofMeans,
  raw: Uint8Array,
  message: RawMessage,
  at?: number,
): Promise<Proof> {
  const verdict = verdictOf(means, message)
  const login = loginOf(message, means.servers.authserv)
  const { view, unicode } = means.list()
  const keySignature = keySignatureOf(primitives, { list: view, unicode }, message)
  const { dkim, again } = await dkimOf(means, { raw, message, ...(at === undefined ? {} : { at }) })
  return {
    dkim,
    again,
    ...(keySignature ? { keySignature } : {}),
    ...(verdict ? { verdict } : {}),
    ...(login === undefined ? {} : { login }),
  }
}

function verdictOf({ list, account }: ProofMeans, message: RawMessage): IncomingFacts['verdict'] {
  const fields = message.fields.filter(({ name }) => name === verdictHeader)
  // In a message with a fault nobody can say which field is which: then no header proves anything (F1).
  if (fields.length === 0 || message.fault) return undefined
  const { gatewayKeys, listId } = list()
  const keys = gatewayKeys.flatMap((text) => fromBase64(text, keyLength) ?? [])
  for (const field of fields.slice(0, maxVerdicts)) {
    const found = readVerdict(primitives, field.value, message, keys)
    // I12: what another user's list admits says nothing to the reader of this one.
    if (found?.lst === listId && found.to === addressKey(account.address))
      return { from: found.from, level: found.level, verdict: found.verdict, proven: found.proven === true }
  }
  return undefined
}

/**
 * The account that submitted the message, by the configured own server's Authentication-Results (RFC 8601): the topmost
 * field alone, and only with exactly that authserv-id. All others are ignored, however they are spelled (I5).
 */
function loginOf(message: RawMessage, authserv: string | undefined): string | undefined {
  if (!authserv || message.fault) return undefined
  const value = message.fields.find(({ name }) => name === 'authentication-results')?.value
  // Quoted strings may hold anything, `;` too; a server that writes one here is not understood, and that proves nothing.
  const plain = value === undefined || value.includes('"') ? undefined : withoutComments(value)
  if (plain === undefined) return undefined
  const [head = '', ...results] = plain.split(';').map((part) => part.trim())
  if (!/^\S+(?:\s+1)?$/u.test(head) || head.split(/\s/u)[0]?.toLowerCase() !== authserv.toLowerCase()) return undefined
  const logins = results.filter((result) => /^auth\s*=/iu.test(result))
  const [only] = logins
  // Two results for one login contradict each other, and doubt proves nothing.
  if (only === undefined || logins.length > 1 || !/^auth\s*=\s*pass(?:\s|$)/iu.test(only)) return undefined
  const account = /\ssmtp\.auth\s*=\s*(\S+)/iu.exec(only)?.[1]
  return account === undefined ? undefined : addressKey(account)
}

/** Takes out RFC 5322 3.2.2 comments; undefined when they do not balance. */
function withoutComments(value: string): string | undefined {
  let depth = 0
  let plain = ''
  for (const character of value) {
    if (character === '\\') return undefined
    if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    else if (depth === 0) plain += character
    if (depth < 0) return undefined
  }
  return depth === 0 ? plain : undefined
}

async function dkimOf(means: ProofMeans, signed: Omit<SignedMessage, 'now'>): Promise<DkimFacts> {
  const { view, unicode } = means.list()
  // Not asked for, so no DNS look-up: it would tell the network of every stranger's mail that is read.
  if (!asksForDkim(view, signed.message, unicode)) return { dkim: [], again: false }
  return dkimFacts({ ...signed, now: means.clock.now() }, means.dns)
}
