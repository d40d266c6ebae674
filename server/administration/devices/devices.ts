/** Devices as the command line has them: by their ids alone, with the commands that P signed for them (protocol.md 9). */
import type { Command } from '../../../shared/whitelist/command.ts'
import type { Done } from '../../ground/refusals.ts'
import { refusal } from '../../ground/refusals.ts'
import type { Store } from '../../store/store.ts'
import type { CommandRow, DeviceRow } from '../../store/tables.ts'
import type { RunAs, Submitted } from '../submit.ts'
import { commandOf, type DeviceMove } from './device-moves.ts'

type DeviceChoice = { readonly id: string; readonly user?: string | undefined }

export type DeviceCommand = Pick<CommandRow, 'user' | 'device' | 'state'> & Pick<Command, 'cmd' | 'scope' | 'iat'>

type Verb = Exclude<DeviceMove['verb'], 'revoke'>

export type Devices = {
  list(user?: string): Promise<readonly DeviceRow[]>
  /** Signed commands and how far they are, oldest first. */
  commands(user?: string): Promise<readonly DeviceCommand[]>
  /**
   * `lock` closes its store until `unlock`, by a signed command at its next contact, and ends its sessions at once;
   * `rotate` has it make new keys of its own at its next contact.
   */
  change(verb: Verb, choice: DeviceChoice, options?: Parameters<RunAs>[1]): Promise<Submitted>
  /** Ends its sessions; `wipe` also has the device destroy its copy at its next contact. */
  revoke(choice: DeviceChoice, wipe?: DeviceMove['wipe'], options?: Parameters<RunAs>[1]): Promise<Submitted>
}

/** Devices over a store; what changes one is run as every other change. */
export function createDevices({ store, run }: { readonly store: Store; readonly run: RunAs }): Devices {
  return {
    list: (user) => store.devices.list(user),
    async commands(user) {
      const rows = (await store.devices.allCommands(user)).map(({ user, device, state, bytes }) => {
        const { cmd, scope, iat } = commandOf(bytes)
        return { user, device, state, cmd, scope, iat }
      })
      return rows.toSorted((a, b) => a.iat - b.iat)
    },
    async change(verb, choice, options) {
      const found = await choose(store, choice)
      return found.ok ? run([{ op: `device.${verb}`, ...found.value }], options) : refusedWith(found.why)
    },
    async revoke(choice, wipe, options) {
      const found = await choose(store, choice)
      if (!found.ok) return refusedWith(found.why)
      return run([{ op: 'device.revoke', ...found.value, ...(wipe === undefined ? {} : { wipe }) }], options)
    },
  }
}

async function choose(
  store: Store,
  { id, user }: DeviceChoice,
): Promise<Done<{ readonly user: string; readonly device: string }>> {
  const [first, second] = (await store.devices.list(user)).filter((device) => device.id === id)
  if (!first) return refusal('unknownDevice', id)
  if (second) return { ok: false, why: 'several users have this device: name the user' }
  return { ok: true, value: { user: first.user, device: first.id } }
}

function refusedWith(why: string): Submitted {
  return { ok: false, faults: [{ index: 0, why }] }
}
