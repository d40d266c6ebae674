/** The organisation: its policy, groups and rules. */
import { z } from 'zod'
import { changeOfRule } from '../../administration/changes/rules.ts'
import { policyFrom } from '../../organisation/organisation.ts'
import { organisationPolicySchema, wholePolicy } from '../../organisation/policy.ts'
import { changing } from '../changing.ts'
import { operation } from '../operation.ts'
import { changeForm } from './forms.ts'

/** Every setting, without the defaults of the schema it comes from. */
const policy = z
  .strictObject(
    Object.fromEntries(Object.entries(organisationPolicySchema.shape).map(([name, field]) => [name, field.unwrap()])),
  )
  .meta({ id: 'Policy' })

const getPolicy = operation({
  name: 'GetPolicy',
  scope: 'read',
  input: z.strictObject({}),
  output: z.strictObject({ policy }),
  async work({ store, config }) {
    return { ok: true, value: { policy: wholePolicy(policyFrom(await store.organisation.policy()), config) } }
  },
})

const group = z
  .strictObject({ group: z.string(), title: z.string(), members: z.array(z.string()) })
  .meta({ id: 'Group' })

const listGroups = operation({
  name: 'ListGroups',
  scope: 'read',
  input: z.strictObject({}),
  output: z.strictObject({ groups: z.array(group) }),
  async work({ store: { organisation } }) {
    const members = Map.groupBy(await organisation.members(), ({ group }) => group)
    const groups = (await organisation.groups()).map(({ id, title }) => ({
      group: id,
      title,
      members: (members.get(id) ?? []).map(({ user }) => user),
    }))
    return { ok: true, value: { groups } }
  },
})

const rule = z.strictObject({ id: z.string(), rule: changeForm }).meta({ id: 'Rule' })

const listRules = operation({
  name: 'ListRules',
  scope: 'read',
  input: z.strictObject({}),
  output: z.strictObject({ rules: z.array(rule) }),
  async work({ store }) {
    const rows = await store.organisation.rules()
    return { ok: true, value: { rules: rows.map((row) => ({ id: row.id, rule: changeOfRule(row) })) } }
  },
})

export const organisationOperations = [
  getPolicy,
  changing('SetPolicy', 'policy.set'),
  listGroups,
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
