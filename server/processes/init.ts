/** Makes a data folder: keys, certificate, first manifest, settings, empty store. */
import { randomBytes } from 'node:crypto'
import { access, chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromUtf8, toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../shared/whitelist/bytes/primitives.ts'
import { encodeManifest, noManifest, rootFingerprint, signManifest } from '../../shared/whitelist/manifest.ts'
import type { Clock } from '../ground/clock.ts'
import { primitives } from '../ground/primitives.ts'
import type { Done } from '../ground/refusals.ts'
import { selfSigned } from '../keys/certificate.ts'
import { createKeys, type KeyName, readKey } from '../keys/key-files.ts'
import { manifestLifeMs } from '../keys/manifests.ts'
import { type Config, configSchema } from '../settings/config.ts'
import type { Folder } from '../settings/folder.ts'
import { openConfigured } from '../settings/open-configured.ts'
import type { Store } from '../store/store.ts'

/** What must be said of a new organisation; all else has defaults that `config.json` shows afterwards. */
export type InitOptions = {
  readonly domain: string
  /** Name or address under which clients reach the server. */
  readonly host: string
  readonly settings?: Partial<Config>
}
/** `fingerprint`: of the root keys, hex; whoever sets up clients without codes compares it. */
export type Initialised = { readonly org: string; readonly fingerprint: string }

/** Names by which the machine itself may always be reached. */
const ownNames = ['localhost', '127.0.0.1', '::1']

/**
 * Makes the folder; `why` says what stands in the way. Broken off, it leaves a folder that is not taken for a
 * finished one.
 */
export async function initialise(folder: Folder, options: InitOptions, clock: Clock): Promise<Done<Initialised>> {
  if (await exists(folder.config)) return { ok: false, why: `${folder.path} is a data folder already` }
  if (await exists(folder.keys))
    return { ok: false, why: `${folder.path} holds an unfinished setup: empty it and try again` }
  // Random, not the domain: two organisations of one domain, such as a trial and the real one, never take each
  // other's heads.
  const org = `kith-${randomBytes(8).toString('hex')}`
  const parsed = configSchema.safeParse({ ...options.settings, org, domain: options.domain, host: options.host })
  if (!parsed.success) return { ok: false, why: parsed.error.issues[0]?.message ?? 'the settings do not fit' }
  const made = await makeFolder(folder.path)
  if (!made.ok) return made
  const store = await openConfigured(parsed.data.store, folder)
  try {
    // Before keys are made: on PostgreSQL the database may be that of a server that is running.
    if (await store.journal.manifest()) return { ok: false, why: taken }
    await createKeys(folder)
    await writeCertificate(folder, options.host, clock.now())
    const fingerprint = await writeManifest(folder, parsed.data, { store, now: clock.now() })
    // Last: a folder without its settings is not taken for a finished one.
    await writeFile(folder.config, `${JSON.stringify(parsed.data, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    return { ok: true, value: { org, fingerprint } }
  } finally {
    await store.close()
  }
}

/** The folder itself, closed to all others; one that was there is only taken where it can be Kith's own. */
async function makeFolder(path: string): Promise<Done> {
  const there = await stat(path).catch(() => undefined)
  if (there && !there.isDirectory()) return { ok: false, why: `${path} is not a folder: name another one` }
  // Such as /tmp: closing it would lock out everybody else of the machine.
  if (there && (there.mode & 0o1002) !== 0)
    return { ok: false, why: `${path} is a folder for everybody: name one of Kith's own` }
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
  return { ok: true, value: undefined }
}

const taken = 'the database holds an organisation already: a further server gets a copy of the first one’s data folder'

async function writeCertificate(folder: Folder, host: string, now: number): Promise<void> {
  const { cert, key } = selfSigned([...new Set([host, ...ownNames])], now)
  // The certificate may be read by others, which clients compare; its key may not.
  await mkdir(folder.tls, { recursive: true, mode: 0o700 })
  await writeFile(join(folder.tls, 'cert.pem'), cert, { mode: 0o644 })
  await writeFile(join(folder.tls, 'key.pem'), key, { mode: 0o600 })
}

type Into = { readonly store: Store; readonly now: number }

async function writeManifest(folder: Folder, config: Config, { store, now }: Into): Promise<string> {
  const keys = new Map<KeyName, KeyPair>()
  for (const name of ['root', 'policy', 'fresh', 'server', 'gateway'] as const)
    keys.set(name, await readKey(folder, name))
  const publicOf = (name: KeyName): string[] => [toBase64(keys.get(name)?.public ?? new Uint8Array())]
  const root = await readKey(folder, 'root')
  const manifest = {
    t: 'root' as const,
    org: config.org,
    ver: 1,
    exp: now + manifestLifeMs,
    rk: publicOf('root'),
    k: 1,
    pk: publicOf('policy'),
    fk: publicOf('fresh'),
    sk: publicOf('server'),
    gk: publicOf('gateway'),
    ep: 1,
    minClient: config.minClient,
    prev: noManifest,
  }
  const bytes = fromUtf8(encodeManifest(signManifest(primitives, manifest, [root]))) ?? ''
  await store.journal.addManifest({ version: 1, bytes, at: now })
  return rootFingerprint(primitives, manifest)
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
