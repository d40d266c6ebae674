/** `kith-server policy show|set` and `kith-server role set|list` */
import { readings } from '../../../shared/administration/readings.ts'
import type { Administration } from '../../administration/administer.ts'
import { faultOfReason, ReasonNeeded } from '../../administration/audit.ts'
import { change, operate } from '../changing.ts'
import { administering, type Given, group, operating } from '../command.ts'
import { changeFields, flag, reasonFields, word, words } from '../fields.ts'
import { misused, type Outcome, refused, succeeded } from '../outcome.ts'
import { listing, reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

const roleFields = {
  ...changeFields,
  user: word('<login>'),
  role: word('<role>'),
  resetSecondFactor: flag('the authenticator is lost: the next one is set up with the password'),
}
const settingFields = { ...changeFields, settings: words('<settings...>') }

/** `policy`; it works here and by a server elsewhere. */
export const policyCommands = group('policy', 'how the organisation makes its lists', [
  reads('show', 'show the settings', {
    asks: readings.policy,
    takes: {},
    tell: ({ policy }) => ({
      rows: Object.entries(policy).map(([name, value]) => [name, onOrOff(value)]),
      value: { policy },
    }),
  }),
  operating(
    'set',
    'such as everyone=on departments=off domains=on approval=sponsor fourEyes=on reason=required offlineDays=14 onExpiry=internal',
    settingFields,
    set,
  ),
])

/** `role`, likewise. */
export const roleCommands = group('role', 'who may administer', [
  operating('set', 'none, auditor, operator or administrator', roleFields, setRole),
  administering(
    'recovery',
    'new recovery codes for whoever has an authenticator; each opens the administration once',
    { ...reasonFields, user: word('<login>') },
    makeCodes,
  ),
  reads('list', 'list who may administer', {
    asks: readings.roles,
    takes: {},
    tell: ({ roles }, naming) => {
      const shown = roles.map((one) => ({ ...one, user: naming.person(one.user) }))
      return listing('roles', roles, 'LOGIN=user, ROLE, RECOVERY CODES=recovery', shown)
    },
  }),
])

async function setRole(
  transport: Transport,
  { user, role, resetSecondFactor: reset, ...options }: Given<typeof roleFields>,
): Promise<Outcome> {
  const { administration } = transport
  const isReset = reset === true && options.dryRun !== true
  if (isReset && !administration) return misused('--reset-second-factor is for the command at the server')
  // First the role, then the second factor: who may not do the one does not reach the other.
  const outcome = await change(transport, options, [{ op: 'role.set', user, role }], { text: `${user}: ${role}` })
  if (!outcome.ok || !isReset || !administration) return outcome
  const { resetSecondFactor } = await import('../../accounts/admin-session.ts')
  await administration.store.transaction(async (inside) => {
    if (await resetSecondFactor({ store: inside }, user))
      await administration.note(inside, { op: 'role.resetSecondFactor', target: user, why: options.why ?? '' })
  })
  return outcome
}

/** At the server alone: whoever could make another's codes elsewhere would be both pairs of eyes. */
async function makeCodes(
  { store, note, clock }: Administration,
  { user, why = '' }: { readonly user: string; readonly why?: string | undefined },
): Promise<Outcome> {
  const { makeRecoveryCodes } = await import('../../accounts/recovery-codes.ts')
  const codes = await store.transaction(async (inside) => {
    const role = await inside.administration.role(user)
    if (!role || role.totp === '') return undefined
    const unreasoned = await faultOfReason(inside, why)
    if (unreasoned) throw new ReasonNeeded(unreasoned)
    await note(inside, { op: 'recovery.make', target: user, why })
    return makeRecoveryCodes(inside, user, clock.now())
  })
  if (!codes) return refused(`${user} has no authenticator: recovery codes are made when one is set up`)
  const text = `${codes.join('\n')}\n\nThis is the only time that they are shown; older ones count no more.`
  return succeeded(text, { user, codes })
}

async function set(transport: Transport, { settings, ...options }: Given<typeof settingFields>): Promise<Outcome> {
  const pairs = settings.map((setting) => setting.split('='))
  const wrong = pairs.find((pair) => pair.length !== 2)
  if (wrong) return misused(`${wrong.join('=')}: a setting is NAME=VALUE`)
  const changes = Object.fromEntries(
    pairs.map(([name = '', value = '']) => [
      name,
      switches.get(value) ?? (/^\d+$/.test(value) ? Number(value) : value),
    ]),
  )
  return operate(transport, options, { name: 'SetPolicy', given: { changes } })
}

/** On the command line switches are `on` and `off`; in the operation they are true and false. */
const switches: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['off', false],
])

function onOrOff(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value)
  return value ? 'on' : 'off'
}
