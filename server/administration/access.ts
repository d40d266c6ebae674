/** What lets somebody sign in, made on the server and told once: a first password, and an enrolment code for one device. */
import { formatEnrolment } from '../../shared/whitelist/enrolment.ts'
import { createEnrolmentSecret, introduction } from '../accounts/enrolment-codes.ts'
import { madeUp } from '../ground/made-up.ts'
import { type Done, type Refusal, refusal } from '../ground/refusals.ts'
import { policyFrom } from '../organisation/organisation.ts'
import type { Context } from '../settings/context.ts'
import type { Store } from '../store/store.ts'
import { faultOfReason, type Note } from './audit.ts'
import { setPassword } from './passwords.ts'

type AccessDependencies = Pick<Context, 'store' | 'clock' | 'config'> & {
  readonly note: Note
  /** Address of the server, for enrolment codes. */
  readonly url: () => string
  /** The server's certificate; absent over plain HTTP. */
  readonly cert?: string | undefined
}

type ForUser = { readonly user: string; readonly why: string }
/** `until`: milliseconds since the epoch. */
type EnrolmentCode = { readonly code: string; readonly until: number }

const dayMs = 24 * 3_600_000

/** With four eyes: whoever could sign in for another administrator would be both pairs. */
export async function faultOfTaking(
  { organisation, administration }: Store,
  { user, who }: { readonly user: string; readonly who: string },
): Promise<Refusal | undefined> {
  const { fourEyes } = policyFrom(await organisation.policy())
  if (!fourEyes || user === who) return undefined
  const isAdministrator = (await administration.role(user))?.role === 'administrator'
  return isAdministrator ? refusal('administratorTaken', user) : undefined
}

/** For one device of a user who may sign in. */
export async function newEnrolment(
  { store, clock, config, note, url, cert }: AccessDependencies,
  { user, why, days }: ForUser & { readonly days: number },
): Promise<Done<EnrolmentCode>> {
  // Outside the transaction: it reads the manifests and needs no lock, which everybody else waits for.
  const introduced = await introduction({ store, config }, url(), cert)
  return store.transaction(async (inside) => {
    const row = await inside.users.get(user)
    if (!row) return refusal('unknownUser', user)
    if (row.state !== 'active') return refusal('userDisabled', user)
    const unreasoned = await faultOfReason(inside, why)
    if (unreasoned) return unreasoned
    // The line is written with the secret's hash or not at all: no code exists that the log does not know of.
    await note(inside, { op: 'enrolment.add', target: user, why })
    const secret = await createEnrolmentSecret({ store: inside, clock }, user, days * dayMs)
    return {
      ok: true,
      value: { code: formatEnrolment({ ...introduced, secret }), until: clock.now() + days * dayMs },
    }
  })
}

/** A password that nobody chose, in place of the user's; every session of the user ends. */
export async function newPassword(
  { store, clock, note }: Pick<AccessDependencies, 'store' | 'clock' | 'note'>,
  { user, why }: ForUser,
): Promise<Done<string>> {
  const password = madeUp()
  const done = await setPassword({ store, clock, note }, { id: user, password, why })
  return done.ok ? { ok: true, value: password } : done
}
