/** `kith-server device list|approve|lock|unlock|rotate|revoke` */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { type AdminDevice, readings } from '../../shared/administration/readings.ts'
import { operate } from './changing.ts'
import { changeOptions, operating, withChange, withCommon } from './command.ts'
import { type Outcome, refused, succeeded, told } from './outcome.ts'
import { givenOf, iso, reads } from './reading.ts'
import type { Transport } from './transport.ts'

const deviceOptions = changeOptions.extend({ user: z.string().optional(), wipe: z.enum(['list', 'all']).optional() })
type DeviceOptions = z.infer<typeof deviceOptions>

/** Each verb with its operation and what the help says of it. */
const verbs = {
  approve: { name: 'ApproveDevice', says: 'let a waiting device have the list' },
  lock: { name: 'LockDevice', says: 'close its store until it is unlocked here' },
  unlock: { name: 'UnlockDevice', says: 'let a locked device go on' },
  rotate: { name: 'RotateDevice', says: 'have it make new keys of its own' },
  revoke: { name: 'RevokeDevice', says: 'end its sessions for good' },
} as const

/** Adds `device`; it works here and by a server elsewhere. */
export function addDeviceCommands(program: Command): void {
  const device = program.command('device').description('devices of users')
  withUser(withCommon(device.command('list').description('list devices with the words that their users see'))).action(
    reads(deviceOptions, {
      name: 'ListDevices',
      form: readings.devices.output,
      given: ({ user }) => givenOf({ user }),
      tell(answer) {
        const devices = answer.devices.map(deviceTold)
        const rows = devices.map(({ device: id, user, name, state, words, seen, commands }) => {
          const last = commands.at(-1)
          const command = last ? `${last.command}${last.command === 'wipe' ? ` ${last.scope}` : ''}: ${last.state}` : ''
          return [user, id, name, state, command, seen, words]
        })
        return { head: ['USER', 'DEVICE', 'NAME', 'STATE', 'COMMAND', 'SEEN', 'WORDS'], rows, value: { devices } }
      },
    }),
  )
  for (const [verb, { name, says }] of Object.entries(verbs)) {
    const command = withUser(withChange(device.command(`${verb} <device>`).description(says)))
    if (verb === 'revoke')
      command.addOption(new Option('--wipe <what>', 'have the device destroy its copy').choices(['list', 'all']))
    command.action(operating(deviceOptions, (transport, options, id = '') => move(transport, options, { name, id })))
  }
}

function withUser(command: Command): Command {
  return command.option('--user <login>', 'whose device')
}

type Move = { readonly name: string; readonly id: string }

/** By the device's id alone where only one user has it. */
async function move(transport: Transport, options: DeviceOptions, { name, id }: Move): Promise<Outcome> {
  const { user, wipe } = options
  const found = await transport.call('ListDevices', givenOf({ user }), readings.devices.output)
  if (!found.ok) return told(found, () => succeeded('', {}))
  const [first, second] = found.value.devices.filter(({ device }) => device === id)
  if (!first) return refused(`there is no device ${JSON.stringify(id)}`)
  // Ids are the devices' own choice, and wiping the wrong person's device cannot be undone.
  if (second) return refused('several users have this device: name the user')
  const given = { user: first.user, device: id, ...givenOf({ wipe }) }
  return operate(transport, options, { name, given })
}

function deviceTold({ version, epoch, seen, commands, ...rest }: AdminDevice) {
  return {
    ...rest,
    commands: commands.map((one) => ({ ...one, at: iso(one.at) })),
    acknowledged: { epoch, version },
    seen: iso(seen),
  }
}
