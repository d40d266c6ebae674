/** The real ports, put together for a host: what desktop, web and cli have in common. */
import { readFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { demoSchema } from '../../../shared/session.ts'
import { type Enrolment, parseEnrolment } from '../../../shared/whitelist/enrolment.ts'
import { createFileLog } from './file-log.ts'
import { createKeytarStore } from './keychain.ts'
import type { Demo, Ports, ServerConsent } from './ports.ts'
import { systemClock, systemDns, systemRandom } from './system-ports.ts'

/** What differs between hosts. `profile`: its folder. `systemLanguage`: a BCP 47 tag. */
type HostOptions = {
  readonly profile: string
  /** JSON file that describes an embedded demo server: what `kith-server demo` prints under `demo`. */
  readonly demoFile: string | undefined
  /** Which face of Kith this is. */
  readonly face: 'desktop' | 'browser' | 'terminal'
  readonly appVersion: string
  readonly systemLanguage: string
  readonly consent: ServerConsent
}

/** Under this name the keychain shows our items to the user. */
const keychainService = 'Kith'

const demoFileSchema = demoSchema.extend({ enrolment: z.string() })

/**
 * The ports of a real host: this machine's clock, dice, resolver, keychain and log. Throws where the demo file is not
 * one.
 */
export function hostPorts(options: HostOptions): Ports {
  const { demo, provisioned } = readDemo(options.demoFile)
  return {
    profile: options.profile,
    secrets: createKeytarStore(keychainService, systemClock),
    clock: systemClock,
    random: systemRandom,
    log: createFileLog(join(options.profile, 'logs'), systemClock),
    dns: systemDns,
    appVersion: options.appVersion,
    deviceName: deviceName(hostname(), options.face),
    systemLanguage: options.systemLanguage,
    provisioned,
    consent: options.consent,
    ...(demo ? { demo } : {}),
  }
}

/** Longest name of a machine that is told. */
const longestMachine = 40

/** Text of one line without controls, whatever the machine is called. */
function deviceName(machine: string, face: HostOptions['face']): string {
  const name = machine
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, ' ')
    .trim()
    .slice(0, longestMachine)
    .toWellFormed()
  return `${name || 'Kith'} (${face})`
}

/** Where the terminal and the web host keep their profile when none is named. */
export function usualProfile(environment: Readonly<Record<string, string | undefined>>): string {
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'kith')
}

/** The version in `package.json` of the folder that Kith lies in. */
export function programVersion(root: string): string {
  const manifest = readFileSync(join(root, 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version
}

/** Throws when the file is not what the demo server printed: a host that was told to show a demo can't guess. */
function readDemo(file: string | undefined): { demo?: Demo; provisioned: readonly Enrolment[] } {
  if (!file) return { provisioned: [] }
  const { enrolment, ...demo } = demoFileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const parsed = parseEnrolment(enrolment)
  return { demo, provisioned: parsed ? [parsed] : [] }
}
