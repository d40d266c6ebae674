/** `kith-server policy show|set` and `kith-server role set|list` */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { change, operate } from '../changing.ts'
import { type ChangeOptions, changeOptions, commonOptions, operating, withChange, withCommon } from '../command.ts'
import type { Outcome } from '../outcome.ts'
import { reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

/** Adds `policy` and `role`; they work here and by a server elsewhere. */
export function addPolicyCommands(program: Command): void {
  const policy = program.command('policy').description('how the organisation makes its lists')
  withCommon(policy.command('show').description('show the settings')).action(
    reads(commonOptions, {
      name: 'GetPolicy',
      form: readings.policy.output,
      tell: ({ policy: settings }) => ({
        rows: Object.entries(settings).map(([name, value]) => [name, onOrOff(value)]),
        value: { policy: settings },
      }),
    }),
  )
  withChange(
    policy
      .command('set <settings...>')
      .description(
        'such as everyone=on departments=off domains=on approval=sponsor fourEyes=on reason=required offlineDays=14 onExpiry=internal',
      ),
  ).action(operating(changeOptions, set))
  const role = program.command('role').description('who may administer')
  withChange(role.command('set <login> <role>').description('none, auditor, operator or administrator'))
    .option('--reset-second-factor', 'the authenticator is lost: the next one is set up with the password')
    .action(operating(roleOptions, setRole))
  withCommon(role.command('list').description('list who may administer')).action(
    reads(commonOptions, {
      name: 'ListRoles',
      form: readings.roles.output,
      tell: ({ roles }) => ({
        head: ['LOGIN', 'ROLE'],
        rows: roles.map(({ user, role: name }) => [user, name]),
        value: { roles },
      }),
    }),
  )
}

const roleOptions = changeOptions.extend({ resetSecondFactor: z.boolean().optional() })

async function setRole(
  transport: Transport,
  options: z.infer<typeof roleOptions>,
  user = '',
  name = '',
): Promise<Outcome> {
  const { administration } = transport
  const isReset = options.resetSecondFactor === true && options.dryRun !== true
  if (isReset && !administration)
    return { ok: false, code: 'usage', why: '--reset-second-factor is for the command at the server' }
  const outcome = await change(transport, options, [{ op: 'role.set', user, role: name }], { text: `${user}: ${name}` })
  if (!outcome.ok || !isReset || !administration) return outcome
  const { resetSecondFactor } = await import('../../accounts/admin-session.ts')
  await administration.store.transaction(async (inside) => {
    if (await resetSecondFactor({ store: inside }, user))
      await administration.note(inside, { op: 'role.resetSecondFactor', target: user, why: options.why ?? '' })
  })
  return outcome
}

async function set(transport: Transport, options: ChangeOptions, ...settings: readonly string[]): Promise<Outcome> {
  const pairs = settings.map((setting) => setting.split('='))
  const wrong = pairs.find((pair) => pair.length !== 2)
  if (wrong) return { ok: false, code: 'usage', why: `${wrong.join('=')}: a setting is NAME=VALUE` }
  const changes = Object.fromEntries(
    pairs.map(([name = '', value = '']) => [
      name,
      switches.get(value) ?? (/^\d+$/.test(value) ? Number(value) : value),
    ]),
  )
  return operate(transport, options, { name: 'SetPolicy', given: { changes } })
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['off', false],
])

function onOrOff(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value)
  return value ? 'on' : 'off'
}
