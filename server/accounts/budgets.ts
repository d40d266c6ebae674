/**
 * Whose tries a login uses up (protocol.md 5.3). What is known (an enrolled device, an enrolment code, a network where the
 * account has succeeded) has a budget that nobody else can spend; all strangers to an account share one.
 */
import { hashOf } from '../ground/hash.ts'
import { networkOf } from '../ground/network.ts'
import type { Store } from '../store/store.ts'
import type { UserRow } from '../store/tables.ts'
import { type AttemptLimit, passwordLimit, strangeNetworksLimit } from './attempt-limit.ts'
import { isProven, networkPlace } from './proven.ts'

/** The device that a login of the whitelist service is signed by, and the enrolment code that it shows. */
export type SigningDevice = {
  readonly id: string
  /** Its Dsig, base64: the signature was checked. */
  readonly key: string
  readonly code?: string
}

/** Where a login comes from. Without a device it is one of the mail's doors. */
type Origin = { readonly ip: string; readonly device?: SigningDevice | undefined }

/** A counter of tries. `shared` is spent by others as well: a right password takes back its own try and no more. */
export type Budget = { readonly key: string; readonly limit: AttemptLimit; readonly shared: boolean }

/** `known`: something beside the password speaks for whoever tries. `network`: to be remembered once the password is right. */
export type Standing = { readonly known: boolean; readonly budgets: readonly Budget[]; readonly network: string }

type Facts = { readonly store: Store; readonly now: number }

/** `name`: the account, or for somebody unknown what was typed. */
export async function standingOf(
  facts: Facts,
  who: { readonly name: string; readonly user: UserRow | undefined },
  { ip, device }: Origin,
): Promise<Standing> {
  const network = networkOf(ip)
  const { name } = who
  // Asked for nobody, too: an unknown login costs the same questions as a known one.
  const id = who.user?.id ?? ''
  if (device) {
    const own = (await deviceKey(facts, id, device)) ?? (await codeKey(facts, id, device))
    const budget = own === undefined ? shared(`strangers:${name}`) : ownBudget(own)
    return { known: own !== undefined, budgets: [budget], network }
  }
  const known = await isProven(facts.store, { who: id, place: networkPlace(network), now: facts.now })
  const here = ownBudget(`network:${name} ${network}`)
  return { known, budgets: known ? [here] : [here, shared(`networks:${name}`, strangeNetworksLimit)], network }
}

function ownBudget(key: string): Budget {
  return { key, limit: passwordLimit, shared: false }
}

function shared(key: string, limit = passwordLimit): Budget {
  return { key, limit, shared: true }
}

/**
 * The very device, by its key; one that waits for approval has proven the password once, and asks again and again. With other
 * keys it may be a device whose keys are being replaced, or a stranger who heard of its id: neither has the other's tries.
 */
async function deviceKey({ store }: Facts, user: string, { id, key }: SigningDevice): Promise<string | undefined> {
  const known = await store.devices.get(user, id)
  if (known?.state !== 'active' && known?.state !== 'pending') return undefined
  return known.dsig === key ? `device:${user} ${id}` : `otherKeys:${user} ${id}`
}

/** Undefined where the code is none that this device may use for the account. */
async function codeKey({ store, now }: Facts, user: string, device: SigningDevice): Promise<string | undefined> {
  if (device.code === undefined) return undefined
  const hash = hashOf(device.code)
  const row = await store.access.enrolment(hash)
  const usable = row && row.user === user && row.exp > now && (row.device === '' || row.device === device.id)
  return usable ? `code:${hash}` : undefined
}
