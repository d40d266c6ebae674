/** `kith-server key list|rotate|retire`, `key root export|rotate`, `manifest renew` */
import { Argument, type Command } from 'commander'
import { z } from 'zod'
import type { KeyStep } from '../../shared/key-steps.ts'
import type { Manifest } from '../../shared/whitelist/manifest.ts'
import type { Administration } from '../administration/administer.ts'
import { faultOfReason } from '../administration/audit.ts'
import { type Inventory, type KeyFacts, keyInventory } from '../administration/keys/inventory.ts'
import { takeKeyStep } from '../administration/keys/key-steps.ts'
import { openRoots, type RootFile } from '../administration/keys/root-keys.ts'
import { exportKey, rotateRoots } from '../administration/keys/root-rotation.ts'
import type { Rotating } from '../administration/keys/rotation.ts'
import type { Done } from '../ground/refusals.ts'
import { isProtected, type PortableKey } from '../keys/root-file.ts'
import { administering, commonOptions, reasonOptions, withCommon, withReason } from './command.ts'
import { type Outcome, refused, succeeded, table } from './outcome.ts'
import { askSecrets, type Question } from './password.ts'

const rotating = ['fresh', 'server', 'gateway', 'policy'] as const
const rootOptions = reasonOptions.extend({ rootKey: z.array(z.string()).default([]) })
const rotateOptions = rootOptions.extend({ stolen: z.boolean().default(false) })
const exportOptions = reasonOptions.extend({ to: z.string() })
const rootRotateOptions = rootOptions.extend({ to: z.array(z.string()).min(1), threshold: z.string().default('1') })
type RootOptions = z.infer<typeof rootOptions>

/** Adds `key` and `manifest`, which work at the server alone, where the keys' files are. */
export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('keys of the organisation')
  withCommon(key.command('list').description('fingerprints, and which manifests list them')).action(
    administering(commonOptions, async (administration) => listed(await keyInventory(administration))),
  )
  withRoots(key.command('rotate').description('bring in a new key; running it again completes what was cut off'))
    .addArgument(new Argument('<key>').choices(rotating))
    .option('--stolen', 'nobody may trust the old key any more; of the policy key: no list that it signed either')
    .action(administering(rotateOptions, rotate))
  withRoots(key.command('retire').description('drop all but the newest key, once clients had time to hear of it'))
    .addArgument(new Argument('<key>').choices(rotating))
    .action(administering(rootOptions, retire))
  addRootCommands(key.command('root').description('the keys that sign the manifest'))
  withReason(key.command('policy').description('the key that signs lists').command('export'))
    .description('move the policy key into a file that a passphrase opens: lists are then signed elsewhere')
    .requiredOption('--to <file>', 'the file, which must not be there yet')
    .action(administering(exportOptions, (administration, options) => moveOut(administration, options, 'policy')))
  const manifest = program.command('manifest').description('which keys speak for the organisation')
  withRoots(manifest.command('renew').description('the same keys, valid for longer')).action(
    administering(rootOptions, renew),
  )
}

function addRootCommands(root: Command): void {
  withReason(root.command('export').description('move the root key into a file that a passphrase opens'))
    .requiredOption('--to <file>', 'the file, which must not be there yet')
    .action(administering(exportOptions, (administration, options) => moveOut(administration, options, 'root')))
  withRoots(root.command('rotate').description('new root keys, each in a file of its own'))
    .requiredOption('--to <file>', 'file of a new root key; several times for several', collect)
    .option('--threshold <number>', 'how many of them must sign', '1')
    .action(administering(rootRotateOptions, rotateRoot))
}

function withRoots(command: Command): Command {
  return withReason(command).option(
    '--root-key <file>',
    'file of a root key that is not in the data folder; several times for several',
    collect,
  )
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

async function rotate(
  administration: Administration,
  { stolen, ...options }: z.infer<typeof rotateOptions>,
  given = '',
): Promise<Outcome> {
  const name = nameOf(given)
  const done = await take(administration, options, { step: 'rotate', key: name, stolen })
  return told(done, (manifest) => [`the ${name} key is new`, adviceAfter(name, stolen), versionOf(manifest)])
}

function adviceAfter(name: Rotating, stolen: boolean): string {
  if (stolen) return name === 'policy' ? 'every list is sent anew, under a new epoch' : 'the old one counts no more'
  const later = `run "kith-server key retire ${name}" when clients had time to hear of it`
  if (name === 'gateway') return `mail is signed with the old one until then: ${later}, and to fetch their mail`
  return `the old one is still accepted: ${later}`
}

async function retire(administration: Administration, options: RootOptions, given = ''): Promise<Outcome> {
  const name = nameOf(given)
  const done = await take(administration, options, { step: 'retire', key: name })
  return told(done, (manifest) => [`only the newest ${name} key is left`, versionOf(manifest)])
}

async function renew(administration: Administration, options: RootOptions): Promise<Outcome> {
  const done = await take(administration, options, { step: 'renew' })
  return told(done, (manifest) => [versionOf(manifest)])
}

async function take(
  administration: Administration,
  { rootKey, why = '' }: RootOptions,
  step: KeyStep,
): Promise<Done<Manifest>> {
  const files = await askFiles(rootKey)
  if (!files.ok) return files
  const roots = await openRoots(administration, files.value)
  if (!roots.ok) return roots
  return takeKeyStep(administration, step, { roots: roots.value, why, note: administration.note })
}

async function moveOut(
  administration: Administration,
  { to, why = '' }: z.infer<typeof exportOptions>,
  name: PortableKey,
): Promise<Outcome> {
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
  { to, threshold, rootKey, why = '' }: z.infer<typeof rootRotateOptions>,
): Promise<Outcome> {
  if (!/^\d{1,2}$/.test(threshold)) return { ok: false, code: 'usage', why: '--threshold is a number' }
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
  return told(done, (manifest) => [
    `${manifest.k} of ${manifest.rk.length} new root keys must sign from now on`,
    versionOf(manifest),
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

function nameOf(given: string): Rotating {
  return z.enum(rotating).parse(given)
}

function versionOf({ ver: version, ep: epoch, exp }: Manifest): string {
  return `manifest version ${version}, epoch ${epoch}, valid until ${dateOf(exp)}`
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function told(done: Done<Manifest>, lines: (manifest: Manifest) => readonly string[]): Outcome {
  if (!done.ok) return refused(done.why)
  const { ver: version, ep: epoch, exp } = done.value
  return succeeded(lines(done.value).join('\n'), { manifest: version, epoch, expires: new Date(exp).toISOString() })
}

function listed({ manifest, expiresInDays, keys }: Inventory): Outcome {
  const { ver: version, ep: epoch, exp, k } = manifest
  const rows = keys.map(({ name, fingerprint, listed: range, state, here }) => [
    name,
    fingerprint,
    state,
    range ? `${range.from}-${range.to}` : '',
    here ? 'here' : '',
  ])
  const warning = expiresInDays === undefined ? [] : [`only ${expiresInDays} days are left: run "manifest renew"`]
  const text = [
    `manifest version ${version}, epoch ${epoch}, valid until ${dateOf(exp)}; root keys that must sign: ${k}`,
    ...warning,
    table([['KEY', 'FINGERPRINT', 'STATE', 'MANIFESTS', 'SECRET'], ...rows]),
    ...keys.flatMap(knownBy),
  ].join('\n')
  const told = { version, epoch, expires: new Date(exp).toISOString(), threshold: k }
  return succeeded(text, { manifest: { ...told, ...(expiresInDays === undefined ? {} : { expiresInDays }) }, keys })
}

/** What other organisations that use Kith have to list. */
function knownBy({ level, state }: KeyFacts): readonly string[] {
  if (level === undefined) return []
  if (state === 'in use') return [`organisations that use Kith know mail from here by: ${level}`]
  return state === 'listed' ? [`from "key retire gateway" on by: ${level}`] : []
}
