/** `kith-server device list|approve|lock|unlock|rotate|revoke` */
import { z } from 'zod'
import { type AdminDevice, readings } from '../../shared/administration/readings.ts'
import { operate } from './changing.ts'
import { type Given, group, operating } from './command.ts'
import { changeFields, option, text, word } from './fields.ts'
import { type Outcome, refused, succeeded, told } from './outcome.ts'
import { askReading, givenOf, iso, listing, reads } from './reading.ts'
import type { Transport } from './transport.ts'

const user = text('<login>', 'whose device')
const moveFields = { ...changeFields, device: word('<device>'), user }
const revokeFields = {
  ...moveFields,
  wipe: option(z.enum(['list', 'all']).optional(), '<what>', 'have the device destroy its copy'),
}

/** `device`; it works here and by a server elsewhere. */
export const deviceCommands = group('device', 'devices of users', [
  reads('list', 'list devices with the words that their users see', {
    asks: readings.devices,
    takes: { user },
    tell(answer, naming) {
      const devices = answer.devices.map(deviceTold)
      const shown = devices.map((one) => {
        return { ...one, user: naming.person(one.user), command: lastCommand(one.commands) }
      })
      return listing('devices', devices, 'USER, DEVICE, NAME, STATE, COMMAND, SEEN, WORDS', shown)
    },
  }),
  moves('approve', 'ApproveDevice', 'let a waiting device have the list'),
  moves('lock', 'LockDevice', 'close its store until it is unlocked here'),
  moves('unlock', 'UnlockDevice', 'let a locked device go on'),
  moves('rotate', 'RotateDevice', 'have it make new keys of its own'),
  moves('revoke', 'RevokeDevice', 'end its sessions for good', revokeFields),
])

function moves(name: string, operation: string, says: string, fields = moveFields) {
  return operating(name, says, fields, (transport, given) => move(transport, operation, given))
}

/** By the device's id alone where only one user has it. */
async function move(
  transport: Transport,
  name: string,
  { user: login, device, wipe, ...options }: Given<typeof moveFields> & { readonly wipe?: unknown },
): Promise<Outcome> {
  const found = await askReading(transport, readings.devices, givenOf({ user: login }))
  if (!found.ok) return told(found, () => succeeded('', {}))
  const [first, second] = found.value.devices.filter((one) => one.device === device)
  if (!first) return refused(`there is no device ${JSON.stringify(device)}`)
  // Ids are the devices' own choice, and wiping the wrong person's device cannot be undone.
  if (second) return refused('several users have this device: name the user')
  return operate(transport, options, { name, given: givenOf({ user: first.user, device, wipe }) })
}

function lastCommand(commands: ReturnType<typeof deviceTold>['commands']): string {
  const last = commands.at(-1)
  return last ? `${last.command}${last.command === 'wipe' ? ` ${last.scope}` : ''}: ${last.state}` : ''
}

function deviceTold({ version, epoch, seen, commands, ...rest }: AdminDevice) {
  return {
    ...rest,
    commands: commands.map((one) => ({ ...one, at: iso(one.at) })),
    acknowledged: { epoch, version },
    seen: iso(seen),
  }
}
