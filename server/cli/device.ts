/** `kith-server device list|approve|lock|unlock|rotate|revoke` */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { DeviceChoice, DeviceCommand } from '../administration/devices.ts'
import type { Done } from '../administration/people.ts'
import { deviceWords } from '../keys/device-words.ts'
import type { DeviceRow } from '../store/tables.ts'
import { administering, reasonOptions, withCommon, withReason } from './command.ts'
import { type Outcome, refused, succeeded, table } from './outcome.ts'

const deviceOptions = reasonOptions.extend({ user: z.string().optional(), wipe: z.enum(['list', 'all']).optional() })
type DeviceOptions = z.infer<typeof deviceOptions>

export function addDeviceCommands(program: Command): void {
  const device = program.command('device').description('devices of users')
  withUser(withCommon(device.command('list').description('list devices with the words that their users see'))).action(
    administering(deviceOptions, async ({ devices }, { user }) =>
      listed(await devices.list(user), await devices.commands(user)),
    ),
  )
  withUser(withReason(device.command('approve <device>').description('let a waiting device have the list'))).action(
    administering(deviceOptions, async ({ devices }, options, id = '') =>
      told(await devices.approve(choice(id, options))),
    ),
  )
  const verbs = {
    lock: 'close its store until it is unlocked here',
    unlock: 'let a locked device go on',
    rotate: 'have it make new keys of its own',
  } as const
  for (const verb of ['lock', 'unlock', 'rotate'] as const) {
    withUser(withReason(device.command(`${verb} <device>`).description(verbs[verb]))).action(
      administering(deviceOptions, async ({ devices }, options, id = '') =>
        told(await devices[verb](choice(id, options))),
      ),
    )
  }
  withUser(withReason(device.command('revoke <device>').description('end its sessions for good')))
    .addOption(new Option('--wipe <what>', 'have the device destroy its copy').choices(['list', 'all']))
    .action(
      administering(deviceOptions, async ({ devices }, options, id = '') =>
        told(await devices.revoke(choice(id, options), options.wipe)),
      ),
    )
}

function withUser(command: Command): Command {
  return command.option('--user <login>', 'whose device')
}

function choice(id: string, { user, why }: DeviceOptions): DeviceChoice {
  return { id, ...(user === undefined ? {} : { user }), ...(why === undefined ? {} : { why }) }
}

function told(done: Done<DeviceRow>): Outcome {
  if (!done.ok) return refused(done.why)
  const { id: device, usr: user, state } = done.value
  return succeeded(`${device} of ${user} is ${state}`, { device, user, state })
}

function listed(rows: readonly DeviceRow[], commands: readonly DeviceCommand[]): Outcome {
  const devices = rows.map((row) => ({
    device: row.id,
    user: row.usr,
    name: row.name,
    state: row.state,
    words: deviceWords(row),
    commands: commandsOf(row, commands),
    acknowledged: { epoch: row.ack_ep, version: row.ack_ver },
    seen: new Date(row.last).toISOString(),
  }))
  const lines = devices.map(({ device, user, name, state, words, seen, commands: signed }) => {
    const last = signed.at(-1)
    const command = last ? `${last.command}${last.command === 'wipe' ? ` ${last.scope}` : ''}: ${last.state}` : ''
    return [user, device, name, state, command, seen, words]
  })
  return succeeded(table([['USER', 'DEVICE', 'NAME', 'STATE', 'COMMAND', 'SEEN', 'WORDS'], ...lines]), { devices })
}

function commandsOf({ usr, id }: DeviceRow, commands: readonly DeviceCommand[]) {
  const own = commands.filter((command) => command.usr === usr && command.dev === id)
  return own.map(({ cmd: command, scope, state, iat }) => ({ command, scope, state, at: new Date(iat).toISOString() }))
}
