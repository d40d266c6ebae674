/** `kith-server policy show|set` and `kith-server role set|list` */
import type { Command } from 'commander'
import { z } from 'zod'
import { resetSecondFactor } from '../../accounts/admin-session.ts'
import type { Administration } from '../../administration/administer.ts'
import { policyFrom } from '../../organisation/organisation.ts'
import { wholePolicy } from '../../organisation/policy.ts'
import { change } from '../changing.ts'
import { administering, type ChangeOptions, changeOptions, commonOptions, withChange, withCommon } from '../command.ts'
import { type Outcome, succeeded, table } from '../outcome.ts'

export function addPolicyCommands(program: Command): void {
  const policy = program.command('policy').description('how the organisation makes its lists')
  withCommon(policy.command('show').description('show the settings')).action(administering(commonOptions, show))
  withChange(
    policy
      .command('set <settings...>')
      .description(
        'such as everyone=on departments=off domains=on approval=sponsor fourEyes=on reason=required offlineDays=14 onExpiry=internal',
      ),
  ).action(administering(changeOptions, set))
  const role = program.command('role').description('who may administer')
  withChange(role.command('set <login> <role>').description('none, auditor, operator or administrator'))
    .option('--reset-second-factor', 'the authenticator is lost: the next one is set up with the password')
    .action(administering(roleOptions, setRole))
  withCommon(role.command('list').description('list who may administer')).action(
    administering(commonOptions, listRoles),
  )
}

const roleOptions = changeOptions.extend({ resetSecondFactor: z.boolean().optional() })

async function setRole(
  administration: Administration,
  options: z.infer<typeof roleOptions>,
  user = '',
  name = '',
): Promise<Outcome> {
  const changes = [{ op: 'role.set', user, role: name }]
  const outcome = await change(administration, options, changes, { text: `${user}: ${name}` })
  if (!outcome.ok || options.resetSecondFactor !== true || options.dryRun === true) return outcome
  await administration.store.transaction(async (inside) => {
    if (await resetSecondFactor({ store: inside }, user))
      await administration.note(inside, { op: 'role.resetSecondFactor', target: user, why: options.why ?? '' })
  })
  return outcome
}

async function show({ store, config }: Administration): Promise<Outcome> {
  const policy = wholePolicy(policyFrom(await store.organisation.policy()), config)
  const rows = Object.entries(policy).map(([name, value]) => [name, onOrOff(value)])
  return succeeded(table(rows), { policy })
}

async function set(
  administration: Administration,
  options: ChangeOptions,
  ...settings: readonly string[]
): Promise<Outcome> {
  const pairs = settings.map((setting) => setting.split('='))
  const wrong = pairs.find((pair) => pair.length !== 2)
  if (wrong) return { ok: false, code: 'usage', why: `${wrong.join('=')}: a setting is NAME=VALUE` }
  const changes = Object.fromEntries(
    pairs.map(([name = '', value = '']) => [
      name,
      switches.get(value) ?? (/^\d+$/.test(value) ? Number(value) : value),
    ]),
  )
  return change(administration, options, [{ op: 'policy.set', changes }])
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['off', false],
])

function onOrOff(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value)
  return value ? 'on' : 'off'
}

async function listRoles({ store }: Administration): Promise<Outcome> {
  const roles = (await store.administration.roles()).map(({ user, role }) => ({ user, role }))
  return succeeded(table([['LOGIN', 'ROLE'], ...roles.map(({ user, role }) => [user, role])]), { roles })
}
