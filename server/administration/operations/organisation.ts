/** The organisation: what it counts, its policy, groups and rules. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { refusal } from '../../ground/refusals.ts'
import { newestManifest } from '../../keys/manifests.ts'
import { loadOrganisation, policyFrom } from '../../organisation/organisation.ts'
import { wholePolicy } from '../../organisation/policy.ts'
import { changeOfRule } from '../changes/rules.ts'
import { isOpen } from '../requests/requests.ts'
import { changing } from './changes.ts'
import { finds, reading, refusedBy, windowOf } from './operation.ts'

const programUrl = new URL('../../../package.json', import.meta.url)
const { version: program } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(programUrl, 'utf8')))

/** The organisation in numbers, for the first screen: what waits for somebody is counted here. */
export const getOverview = reading({
  ...readings.overview,
  async work(inside, _nothing, { config }) {
    const { policy, groups, people } = await loadOrganisation(inside)
    const { ver: version, ep: epoch, exp: expires } = (await newestManifest(inside)).m
    const all = [...people.values()]
    const proposals = await inside.administration.proposals()
    return {
      ok: true,
      value: {
        organisation: config.org,
        version: program,
        users: all.length,
        active: all.filter(({ isActive }) => isActive).length,
        external: all.filter(({ scope }) => scope === 'external').length,
        pendingDevices: (await inside.devices.list()).filter(({ state }) => state === 'pending').length,
        groups: groups.size,
        rules: (await inside.organisation.rules()).length,
        proposals: proposals.filter(({ state }) => state === 'approval' || state === 'ready').length,
        requests: (await inside.administration.requests({})).filter(isOpen).length,
        policy: wholePolicy(policy, config),
        manifest: { version, epoch, expires },
      },
    }
  },
})

const getPolicy = reading({
  ...readings.policy,
  async work(inside, _nothing, { config }) {
    return { ok: true, value: { policy: wholePolicy(policyFrom(await inside.organisation.policy()), config) } }
  },
})

/**
 * Groups with their members' logins. `total` is for the page, which asks for windows of them; other programs get all.
 */
export const listGroups = reading({
  ...readings.groups,
  async work({ organisation }, { search, ...window }) {
    const members = Map.groupBy(await organisation.members(), ({ group }) => group)
    const found = (await organisation.groups()).filter(({ id, title }) => finds(search, [id, title]))
    const groups = windowOf(found, window).map(({ id: group, title }) => {
      const logins = (members.get(group) ?? []).map(({ user }) => user)
      return { group, title, members: logins, size: logins.length }
    })
    return { ok: true, value: { groups, total: found.length } }
  },
})

/** A window of one group's members, with their names and addresses. */
export const listMembers = reading({
  ...readings.members,
  async work({ organisation, users }, { group, ...window }) {
    if (!(await organisation.groups()).some(({ id }) => id === group)) return refusedBy(refusal('unknownGroup', group))
    const own = (await organisation.members()).filter((member) => member.group === group)
    const people = await Promise.all(windowOf(own, window, 1_000).map(({ user }) => users.get(user)))
    const members = people.flatMap((row) => (row ? [{ user: row.id, name: row.name, address: row.address }] : []))
    return { ok: true, value: { total: own.length, members } }
  },
})

/** Every rule as the change that would make it again. */
export const listRules = reading({
  ...readings.rules,
  async work(inside, window) {
    const all = await inside.organisation.rules()
    const rules = windowOf(all, window).map((row) => ({ id: row.id, rule: changeOfRule(row) }))
    return { ok: true, value: { rules, total: all.length } }
  },
})

/** What is done and asked about policy, groups and rules, in the order of the WSDL. */
export const organisationOperations = [
  getOverview,
  getPolicy,
  changing('SetPolicy', 'policy.set'),
  listGroups,
  listMembers,
  changing('PutGroup', 'group.put'),
  changing('RemoveGroup', 'group.remove'),
  changing('JoinGroup', 'group.join'),
  changing('LeaveGroup', 'group.leave'),
  listRules,
  changing('OpenUnits', 'rule.open'),
  changing('OpenDomain', 'rule.domain', { for: 'audience' }),
  changing('DenyAddress', 'rule.deny'),
  changing('RemoveRule', 'rule.remove'),
]
