/** `kith-server device list|approve|lock|unlock|rotate|revoke` */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { DeviceCommand } from '../administration/devices/devices.ts'
import { deviceWords } from '../keys/device-words.ts'
import type { DeviceRow } from '../store/tables.ts'
import { carry } from './changing.ts'
import { administering, changeOptions, withChange, withCommon } from './command.ts'
import { type Outcome, succeeded, table } from './outcome.ts'

const deviceOptions = changeOptions.extend({ user: z.string().optional(), wipe: z.enum(['list', 'all']).optional() })

export function addDeviceCommands(program: Command): void {
  const device = program.command('device').description('devices of users')
  withUser(withCommon(device.command('list').description('list devices with the words that their users see'))).action(
    administering(deviceOptions, async ({ devices }, { user }) =>
      listed(await devices.list(user), await devices.commands(user)),
    ),
  )
  const verbs = {
    approve: 'let a waiting device have the list',
    lock: 'close its store until it is unlocked here',
    unlock: 'let a locked device go on',
    rotate: 'have it make new keys of its own',
  } as const
  for (const verb of ['approve', 'lock', 'unlock', 'rotate'] as const) {
    withUser(withChange(device.command(`${verb} <device>`).description(verbs[verb]))).action(
      administering(deviceOptions, ({ devices }, options, id = '') =>
        carry((more) => devices.change(verb, { id, user: options.user }, more), options),
      ),
    )
  }
  withUser(withChange(device.command('revoke <device>').description('end its sessions for good')))
    .addOption(new Option('--wipe <what>', 'have the device destroy its copy').choices(['list', 'all']))
    .action(
      administering(deviceOptions, ({ devices }, options, id = '') =>
        carry((more) => devices.revoke({ id, user: options.user }, options.wipe, more), options),
      ),
    )
}

function withUser(command: Command): Command {
  return command.option('--user <login>', 'whose device')
}

function listed(rows: readonly DeviceRow[], commands: readonly DeviceCommand[]): Outcome {
  const devices = rows.map((row) => ({
    device: row.id,
    user: row.user,
    name: row.name,
    state: row.state,
    words: deviceWords(row),
    commands: commandsOf(row, commands),
    acknowledged: { epoch: row.ack_epoch, version: row.ack_version },
    seen: new Date(row.last).toISOString(),
  }))
  const lines = devices.map(({ device, user, name, state, words, seen, commands: signed }) => {
    const last = signed.at(-1)
    const command = last ? `${last.command}${last.command === 'wipe' ? ` ${last.scope}` : ''}: ${last.state}` : ''
    return [user, device, name, state, command, seen, words]
  })
  return succeeded(table([['USER', 'DEVICE', 'NAME', 'STATE', 'COMMAND', 'SEEN', 'WORDS'], ...lines]), { devices })
}

function commandsOf({ user, id }: DeviceRow, commands: readonly DeviceCommand[]) {
  const own = commands.filter((command) => command.user === user && command.device === id)
  return own.map(({ cmd: command, scope, state, iat }) => ({ command, scope, state, at: new Date(iat).toISOString() }))
}
