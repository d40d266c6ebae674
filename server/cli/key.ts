/** `kith-server key list|rotate|retire`, `key root export|rotate`, `manifest renew` */
import { z } from 'zod'
import { manifestForm } from '../../shared/administration/deeds.ts'
import { readings } from '../../shared/administration/readings.ts'
import type { KeyFactsView, KeyStep, KeysView } from '../../shared/key-steps.ts'
import type { Manifest } from '../../shared/whitelist/manifest.ts'
import type { Administration } from '../administration/administer.ts'
import { faultOfReason } from '../administration/audit.ts'
import type { KeyFacts } from '../administration/keys/inventory.ts'
import { takeKeyStep } from '../administration/keys/key-steps.ts'
import { openRoots, type RootFile } from '../administration/keys/root-keys.ts'
import { exportKey, rotateRoots } from '../administration/keys/root-rotation.ts'
import type { Rotating } from '../administration/keys/rotation.ts'
import { systemClock } from '../ground/clock.ts'
import type { Done } from '../ground/refusals.ts'
import { expiryWarning } from '../keys/manifests.ts'
import { isProtected, type PortableKey } from '../keys/root-file.ts'
import { administering, type Given, group, operating } from './command.ts'
import { argument, flag, needed, option, reasonFields } from './fields.ts'
import { misused, type Outcome, refused, succeeded, table, told } from './outcome.ts'
import { askSecrets, type Question } from './password.ts'
import { askReading, givenOf, iso } from './reading.ts'
import type { Transport } from './transport.ts'

/** Keys that a command replaces. The root keys have commands of their own, since each goes into a file. */
const rotating = ['fresh', 'server', 'gateway', 'policy'] as const
const root = {
  ...reasonFields,
  rootKey: option(
    z.array(z.string()).optional(),
    '<file>',
    'file of a root key that is not in the data folder; several times for several',
  ),
}
type RootOptions = Given<typeof root>
const key = argument(z.enum(rotating), '<key>')
const rotateFields = {
  ...root,
  key,
  stolen: flag('nobody may trust the old key any more; of the policy key: no list that it signed either'),
}
const retireFields = { ...root, key }
const renewFields = {
  ...root,
  newEpoch: flag('sign every list anew, for devices that took a time of the future from a wrong clock'),
}
const exportFields = { ...reasonFields, to: needed('<file>', 'the file, which must not be there yet') }
const rootRotateFields = {
  ...root,
  to: option(z.array(z.string()).min(1), '<file>', 'file of a new root key; several times for several'),
  threshold: option(z.string().default('1'), '<number>', 'how many of them must sign'),
}

/** `key`; what needs a file of a root key, or moves a key into one, works at the server alone. */
export const keyCommands = group('key', 'keys of the organisation', [
  operating('list', 'fingerprints, and which manifests list them', {}, async (transport) =>
    told(await askReading(transport, readings.keys, {}), listed),
  ),
  operating('rotate', 'bring in a new key; running it again completes what was cut off', rotateFields, rotate),
  operating('retire', 'drop all but the newest key, once clients had time to hear of it', retireFields, retire),
  group('root', 'the keys that sign the manifest', [
    administering('export', 'move the root key into a file that a passphrase opens', exportFields, (...given) =>
      moveOut('root', ...given),
    ),
    administering('rotate', 'new root keys, each in a file of its own', rootRotateFields, rotateRoot),
  ]),
  group('policy', 'the key that signs lists', [
    administering(
      'export',
      'move the policy key into a file that a passphrase opens: lists are then signed elsewhere',
      exportFields,
      (...given) => moveOut('policy', ...given),
    ),
  ]),
])

/** `manifest`, likewise. */
export const manifestCommands = group('manifest', 'which keys speak for the organisation', [
  operating('renew', 'the same keys, valid for longer', renewFields, renew),
])

async function rotate(transport: Transport, options: Given<typeof rotateFields>): Promise<Outcome> {
  const { key: name, stolen = false } = options
  return take(transport, options, { step: 'rotate', key: name, stolen }, (moved) => [
    `the ${name} key is new`,
    adviceAfter(name, stolen),
    versionOf(moved),
  ])
}

function adviceAfter(name: Rotating, stolen: boolean): string {
  if (stolen) return name === 'policy' ? 'every list is sent anew, under a new epoch' : 'the old one counts no more'
  const later = `run "kith-server key retire ${name}" when clients had time to hear of it`
  if (name === 'gateway') return `mail is signed with the old one until then: ${later}, and to fetch their mail`
  return `the old one is still accepted: ${later}`
}

async function retire(transport: Transport, options: Given<typeof retireFields>): Promise<Outcome> {
  const { key: name } = options
  return take(transport, options, { step: 'retire', key: name }, (moved) => [
    `only the newest ${name} key is left`,
    versionOf(moved),
  ])
}

async function renew(transport: Transport, options: Given<typeof renewFields>): Promise<Outcome> {
  const { newEpoch = false } = options
  const advice = newEpoch ? ['every list is sent anew, under a new epoch'] : []
  return take(transport, options, { step: 'renew', ...(newEpoch ? { newEpoch } : {}) }, (moved) => [
    ...advice,
    versionOf(moved),
  ])
}

const operationOf = { rotate: 'RotateKey', retire: 'RetireKey', renew: 'RenewManifest' } as const

/** By the operation of the step; with files of root keys at the server alone, where they are read. */
async function take(transport: Transport, options: RootOptions, step: KeyStep, lines: Lines): Promise<Outcome> {
  const { administration } = transport
  if (options.rootKey) {
    if (!administration) return misused('--root-key FILE is for the server, not for --remote')
    return toldMoved(await takeWith(administration, options, step), lines)
  }
  const { step: name, ...given } = step
  const answer = await transport.call(operationOf[name], { ...given, ...givenOf({ why: options.why }) }, manifestForm)
  return told(answer, (moved) => toldMoved({ ok: true, value: moved }, lines))
}

async function takeWith(
  administration: Administration,
  { rootKey = [], why = '' }: RootOptions,
  step: KeyStep,
): Promise<Done<Moved>> {
  // Asked before anything is begun: a passphrase that is wrong leaves everything as it was.
  const files = await askFiles(rootKey)
  if (!files.ok) return files
  const roots = await openRoots(administration, files.value)
  if (!roots.ok) return roots
  return movedBy(await takeKeyStep(administration, step, { roots: roots.value, why, note: administration.note }))
}

async function moveOut(
  name: PortableKey,
  administration: Administration,
  { to, why = '' }: Given<typeof exportFields>,
): Promise<Outcome> {
  // Before the key moves: afterwards the note would be refused, and the key would have gone without its line.
  const unreasoned = await faultOfReason(administration.store, why)
  if (unreasoned) return refused(unreasoned.why)
  const asked = await askSecrets([{ label: `Passphrase for ${to}`, isNew: true }])
  if (!asked.ok) return refused(asked.why)
  const done = await exportKey(administration, { file: to, passphrase: asked.value[0] ?? '', name })
  if (!done.ok) return refused(done.why)
  await administration.store.transaction((inside) =>
    administration.note(inside, { op: 'key.export', target: name, why }),
  )
  const after = name === 'policy' ? '\nLists are signed by "kith-server sign" from now on, where the file is.' : ''
  const text = `the ${name} key is in ${to} and no longer in the data folder\nKeep the file and its passphrase apart, and a copy of each.${after}`
  return succeeded(text, { file: to })
}

async function rotateRoot(
  administration: Administration,
  { to, threshold, rootKey = [], why = '' }: Given<typeof rootRotateFields>,
): Promise<Outcome> {
  if (!/^\d{1,2}$/.test(threshold)) return misused('--threshold is a number')
  const unreasoned = await faultOfReason(administration.store, why)
  if (unreasoned) return refused(unreasoned.why)
  const fresh = to.map((file): Question => ({ label: `New passphrase for ${file}`, isNew: true }))
  const files = await askFiles(rootKey, fresh)
  if (!files.ok) return refused(files.why)
  const places = to.map((file, index) => ({ file, passphrase: files.others[index] ?? '' }))
  const done = await rotateRoots(administration, {
    to: places,
    threshold: Number(threshold),
    from: files.value,
    also: (inside, { ver: version, ep: epoch, k, rk }) =>
      administration.note(inside, {
        op: 'key.rotate',
        target: 'root',
        why,
        after: JSON.stringify({ version, epoch, threshold: k, keys: rk.length }),
      }),
  })
  return toldMoved(movedBy(done), (moved) => [
    ...(done.ok ? [`${done.value.k} of ${done.value.rk.length} new root keys must sign from now on`] : []),
    versionOf(moved),
  ])
}

type Files = Done<readonly RootFile[]> & { readonly others: readonly string[] }

/** Passphrases of the files that need one, in their order; then the other questions'. */
async function askFiles(names: readonly string[], others: readonly Question[] = []): Promise<Files> {
  const closed: string[] = []
  for (const name of names) if (await isProtected(name)) closed.push(name)
  const questions = closed.map((name): Question => ({ label: `Passphrase of ${name}`, isNew: false }))
  const asked = await askSecrets([...questions, ...others])
  if (!asked.ok) return { ...asked, others: [] }
  const value = names.map((file) => ({ file, passphrase: asked.value[closed.indexOf(file)] ?? '' }))
  return { ok: true, value, others: asked.value.slice(closed.length) }
}

/** The manifest in force after a step. `expires`: milliseconds since the epoch. */
type Moved = z.output<typeof manifestForm>
type Lines = (moved: Moved) => readonly string[]

function movedBy(done: Done<Manifest>): Done<Moved> {
  if (!done.ok) return done
  const { ver: version, ep: epoch, exp: expires } = done.value
  return { ok: true, value: { version, epoch, expires } }
}

function versionOf({ version, epoch, expires }: Moved): string {
  return `manifest version ${version}, epoch ${epoch}, valid until ${dateOf(expires)}`
}

function dateOf(time: number): string {
  return iso(time).slice(0, 10)
}

function toldMoved(done: Done<Moved>, lines: Lines): Outcome {
  if (!done.ok) return refused(done.why)
  const { version, epoch, expires } = done.value
  return succeeded(lines(done.value).join('\n'), { manifest: version, epoch, expires: iso(expires) })
}

function listed({ version, epoch, expires, threshold, keys: views }: KeysView): Outcome {
  const keys = views.map(factsOf)
  const rows = keys.map(({ name, fingerprint, listed: range, state, here }) => [
    name,
    fingerprint,
    state,
    range ? `${range.from}-${range.to}` : '',
    here ? 'here' : '',
  ])
  const days = expiryWarning({ exp: expires }, systemClock().now())?.days
  const text = [
    `${versionOf({ version, epoch, expires })}; root keys that must sign: ${threshold}`,
    ...(days === undefined ? [] : [`only ${days} days are left: run "manifest renew"`]),
    table([['KEY', 'FINGERPRINT', 'STATE', 'MANIFESTS', 'SECRET'], ...rows]),
    ...keys.flatMap(knownBy),
  ].join('\n')
  const manifest = { version, epoch, expires: iso(expires), threshold }
  return succeeded(text, { manifest: { ...manifest, ...(days === undefined ? {} : { expiresInDays: days }) }, keys })
}

/** A key as this command tells of it. */
function factsOf({ name, fingerprint, level, first, last, state, here }: KeyFactsView): KeyFacts {
  return {
    name,
    fingerprint,
    ...(level === undefined ? {} : { level }),
    ...(first === 0 ? {} : { listed: { from: first, to: last } }),
    state: state === 'inUse' ? 'in use' : state,
    here,
  }
}

/** What other organisations that use Kith have to list. */
function knownBy({ level, state }: KeyFacts): readonly string[] {
  if (level === undefined) return []
  if (state === 'in use') return [`organisations that use Kith know mail from here by: ${level}`]
  return state === 'listed' ? [`from "key retire gateway" on by: ${level}`] : []
}
