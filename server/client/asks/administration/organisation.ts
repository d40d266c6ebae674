/** The organisation as those who administer see it: counts, groups, rules and settings. */
import { readFileSync } from 'node:fs'
import { fail, ok } from '../../../../shared/rpc.ts'
import { loadOrganisation, policyFrom } from '../../../organisation/organisation.ts'
import { wholePolicy } from '../../../organisation/policy.ts'
import type { AskHandlers } from '../handler.ts'
import { finds, plain, windowOf } from './views.ts'

type Names = 'admin.overview' | 'admin.groups' | 'admin.members' | 'admin.rules'

const programUrl = new URL('../../../../package.json', import.meta.url)
const { version }: { version: string } = JSON.parse(readFileSync(programUrl, 'utf8'))

export const organisationAsks: Pick<AskHandlers, Names> = {
  'admin.overview': async ({ store, config, keys }) => {
    const { manifest } = await keys.current()
    const counts = await store.snapshot(async (inside) => {
      const { policy, groups, people } = await loadOrganisation(inside)
      const all = [...people.values()]
      const proposals = await inside.administration.proposals()
      const requests = await inside.administration.requests({})
      return {
        users: all.length,
        active: all.filter(({ isActive }) => isActive).length,
        external: all.filter(({ scope }) => scope === 'external').length,
        pendingDevices: (await inside.devices.list()).filter(({ state }) => state === 'pending').length,
        groups: groups.size,
        rules: (await inside.organisation.rules()).length,
        proposals: proposals.filter(({ state }) => state === 'approval' || state === 'ready').length,
        requests: requests.filter(({ state }) => state === 'asked' || state === 'accepted').length,
        policy: wholePolicy(policy, config),
      }
    })
    const inForce = { version: manifest.ver, epoch: manifest.ep, expires: manifest.exp }
    return ok({ organisation: config.org, version, ...counts, manifest: inForce })
  },

  'admin.groups': async ({ store }, _caller, asked) => {
    const members = Map.groupBy(await store.organisation.members(), ({ group }) => group)
    const found = (await store.organisation.groups()).filter(({ id, title }) => finds(asked.search, [id, title]))
    const groups = windowOf(found, asked).map(({ id, title }) => {
      return { id, title: plain(title), members: members.get(id)?.length ?? 0 }
    })
    return ok({ total: found.length, groups })
  },

  'admin.members': async ({ store }, _caller, { group, ...asked }) => {
    if (!(await store.organisation.groups()).some(({ id }) => id === group)) return fail('notFound')
    const own = (await store.organisation.members()).filter((row) => row.group === group)
    const people = await Promise.all(windowOf(own, asked).map(({ user }) => store.users.get(user)))
    const members = people.flatMap((user) =>
      user ? [{ user: user.id, name: plain(user.name), address: plain(user.address) }] : [],
    )
    return ok({ total: own.length, members })
  },

  'admin.rules': async ({ store, config }, _caller, asked) => {
    const rules = await store.organisation.rules()
    const shown = windowOf(rules, asked).map(({ id, kind, a, b }) => ({ id, kind, a: plain(a), b: plain(b) }))
    return ok({
      total: rules.length,
      policy: wholePolicy(policyFrom(await store.organisation.policy()), config),
      rules: shown,
    })
  },
}
