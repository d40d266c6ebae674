/**
 * How the filter knows who submitted a message. Postfix tells a filter neither the login nor how it was proven, so the
 * policy service, which Postfix asks just before DATA, has a field put in front of the message that only the gateway
 * can make. The filter takes it out again: no client ever sees one, and a message without one is not passed on.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RawMessage } from '../../shared/header.ts'

const proofField = 'X-Kith-Login'

/** From whom: login name and address key. */
type ProvenLogin = { readonly id: string; readonly key: string }

/** Milliseconds: longer than the slowest upload of the largest message. */
const lifeMs = 24 * 3_600_000
/** More fields than the gateway's own are somebody's noise. */
const maxFields = 4

/** The field, whole. `secret`: the seed of G, so that every node of the gateway knows what another has made. */
export function proofOf(login: ProvenLogin, secret: Uint8Array, now: number): string {
  return `${proofField}: ${login.id} ${now} ${mac(login, secret, now).toString('hex')}`
}

/** Whether a message carries the proof that this login submitted it, not older than a day. */
export function isProvenLogin(
  { fields }: RawMessage,
  login: ProvenLogin,
  { secret, now }: { readonly secret: Uint8Array; readonly now: number },
): boolean {
  const values = fields.filter(({ name }) => name === proofField.toLowerCase()).map(({ value }) => value)
  return values.slice(0, maxFields).some((value) => {
    const [id, at, given] = /^(\S{1,64}) (\d{1,15}) ([0-9a-f]{64})$/.exec(value)?.slice(1) ?? []
    if (id !== login.id || at === undefined || given === undefined) return false
    // Either way: the nodes' clocks may differ a little.
    const age = Math.abs(now - Number(at))
    return age < lifeMs && timingSafeEqual(Buffer.from(given, 'hex'), mac(login, secret, Number(at)))
  })
}

function mac({ id, key }: ProvenLogin, secret: Uint8Array, at: number): Buffer {
  return createHmac('sha256', secret).update(`kith gateway login\n${id}\n${key}\n${at}\n`).digest()
}
