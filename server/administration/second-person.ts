/**
 * Whether changes need a second person. It is judged in the transaction that makes them: what is harmless in the store
 * of the moment may not be so after what else waits, or comes in between.
 */
import { entryFromText } from '../lists/changes.ts'
import type { HeadSigner, HeadToSign } from '../lists/issue.ts'
import { policyFrom } from '../organisation/organisation.ts'
import type { Store } from '../store/store.ts'
import { createReach, domainOf } from './outside-reach.ts'
import { type Run, type RunDependencies, type RunOptions, runChanges, unsigned } from './run-changes.ts'
import type { Ran } from './work.ts'

/** Takes the transaction back. */
class NeedsSecondPerson extends Error {}

/**
 * Makes changes that one person alone asks for. `approval`: with four eyes they need a second one, since they let
 * somebody from outside in or take a pair of eyes away; nothing was kept. Faults come first: what does not fit is for
 * nobody to approve.
 */
export async function runAlone(
  dependencies: RunDependencies,
  run: Run,
  options: RunOptions = {},
): Promise<Ran | 'approval'> {
  const judge = createJudge(dependencies)
  try {
    return await runChanges({ ...dependencies, sign: judge.sign }, run, {
      ...options,
      before: judge.begin,
      async also(inside, ran) {
        if (await judge.isNeeded(inside)) throw new NeedsSecondPerson()
        await options.also?.(inside, ran)
      },
    })
  } catch (error) {
    if (error instanceof NeedsSecondPerson) return 'approval'
    throw error
  }
}

type Standing = {
  /** Logins of people from outside who may sign in: guests, and whoever has an address of outside. */
  readonly guests: ReadonlySet<string>
  /** Those who may sign in. */
  readonly administrators: ReadonlySet<string>
  readonly fourEyes: boolean
  /** Whole domains that a rule opens to anybody; undefined where the policy has no domains. */
  readonly domains: ReadonlySet<string> | undefined
}

type Judge = {
  readonly begin: (inside: Store) => Promise<void>
  /** Looks at each batch of heads as it comes and keeps nothing of it. */
  readonly sign: HeadSigner
  readonly isNeeded: (inside: Store) => Promise<boolean>
}

/** For one run. Nothing is looked at where four eyes are not asked for. */
function createJudge({ sign, config }: RunDependencies): Judge {
  const { domain } = config
  const reaches = createReach(domain)
  let before: Standing | undefined
  let after: Standing | undefined
  let isLetIn = false
  return {
    async begin(inside) {
      if (policyFrom(await inside.organisation.policy()).fourEyes) before = await standingOf(inside, domain)
    },
    async sign(heads, inside) {
      if (before && !isLetIn) {
        // Lists are written last: whoever is a guest now is one when all is done.
        after ??= await standingOf(inside, domain)
        const { guests } = after
        for (const head of heads) {
          const { user, change, before: texts } = head
          const open = await openIn(inside, head, after.domains)
          const step = { before: texts, after: [...change.additions, ...change.changes], open }
          isLetIn ||= reaches({ isGuests: guests.has(user), ...step })
        }
      }
      // What a second person has to see is taken back, and not signed before.
      return isLetIn ? unsigned(heads, inside) : sign(heads, inside)
    },
    async isNeeded(inside) {
      if (!before) return false
      if (isLetIn) return true
      after ??= await standingOf(inside, domain)
      // Whoever could make a second administrator alone would be both pairs of eyes.
      const isAlone = !after.fourEyes || isMore(before.administrators, after.administrators)
      return isAlone || isMore(before.guests, after.guests)
    },
  }
}

const none: ReadonlySet<string> = new Set()

/**
 * Of the domains of what goes from a list, those that it may have as a whole: by a rule, or as a contact of its own, which
 * stays where the policy opens domains no more.
 */
async function openIn(
  { lists }: Store,
  { user, before }: HeadToSign,
  byRule: ReadonlySet<string> = none,
): Promise<ReadonlySet<string>> {
  const domains = [...new Set(before.map((text) => domainOf(entryFromText(text))))]
  const isAll = domains.every((one) => byRule.has(one))
  const list = isAll ? undefined : await lists.ofUser(user)
  const own = list ? await lists.entriesByKeys(list.id, domains) : []
  return new Set([...own.map(({ key }) => key), ...domains.filter((one) => byRule.has(one))])
}

function isMore(before: ReadonlySet<string>, after: ReadonlySet<string>): boolean {
  return [...after].some((one) => !before.has(one))
}

async function standingOf(store: Store, domain: string): Promise<Standing> {
  const active = (await store.users.all()).filter(({ state }) => state === 'active')
  const suffix = `@${domain.toLowerCase()}`
  const guests = active.filter(({ scope, address_key: key }) => scope === 'external' || !key.endsWith(suffix))
  const mayAdminister = new Set(
    (await store.administration.roles()).filter(({ role }) => role === 'administrator').map(({ user }) => user),
  )
  const { fourEyes, domains } = policyFrom(await store.organisation.policy())
  const rules = (await store.organisation.rules()).filter(({ kind }) => kind === 'domain')
  return {
    guests: new Set(guests.map(({ id }) => id)),
    administrators: new Set(active.map(({ id }) => id).filter((id) => mayAdminister.has(id))),
    fourEyes,
    domains: domains ? new Set(rules.map(({ a }) => a)) : undefined,
  }
}
