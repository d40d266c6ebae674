/** A private D-Bus session with an unlocked, throw-away Secret Service, so that tests use a real keychain. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { firstLine, stop } from './processes.ts'

type Keyring = {
  /** What a process needs in its environment to find this keyring. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Starts Debian's dbus-daemon and gnome-keyring-daemon in a folder of their own. Rejects when they are missing. */
export async function startKeyring(): Promise<Keyring> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kith-keyring-'))
  for (const name of ['run', 'data']) mkdirSync(path.join(folder, name), { mode: 0o700 })
  const base = { XDG_RUNTIME_DIR: path.join(folder, 'run'), XDG_DATA_HOME: path.join(folder, 'data') }
  const environment = { ...process.env, ...base }
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const address = await firstLine(bus)
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: address }
  const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  // The password of the login keyring, which is made on the spot: an empty line.
  daemon.stdin.end('\n')
  await ownsName(env)
  return {
    env,
    async stop() {
      await stop(daemon)
      await stop(bus)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Asks the bus itself until the daemon owns its name: there is no event to wait for before that. */
async function ownsName(env: Readonly<Record<string, string>>): Promise<void> {
  const question = 'org.freedesktop.DBus.NameHasOwner'
  const words = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/',
    question,
    'string:org.freedesktop.secrets',
  ]
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const child = spawn('dbus-send', words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
    let reply = ''
    child.stdout.on('data', (chunk) => {
      reply += String(chunk)
    })
    await once(child, 'close')
    if (reply.includes('boolean true')) return
  }
  throw new Error('gnome-keyring-daemon did not take its name on the bus')
}
