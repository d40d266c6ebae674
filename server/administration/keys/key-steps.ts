/** What can be done to the keys beside the root's, each with its line in the audit log: behind the command, the page and SOAP. */
import type { KeyStep, KeysView } from '../../../shared/key-steps.ts'
import type { KeyPair } from '../../../shared/whitelist/bytes/primitives.ts'
import type { Manifest } from '../../../shared/whitelist/manifest.ts'
import { type Done, type Refusal, refusal } from '../../ground/refusals.ts'
import { readKeys } from '../../keys/key-files.ts'
import { type ManifestStep, newestManifest } from '../../keys/manifests.ts'
import { inUse, PolicyKeyAbsent } from '../../keys/policy-key.ts'
import { nudge } from '../../lists/nudge.ts'
import { ClockJumped } from '../../lists/signing-clock.ts'
import type { Context } from '../../settings/context.ts'
import { faultOfReason, type Note, noteAs } from '../audit.ts'
import { keyInventory } from './inventory.ts'
import type { PolicyAnswer, PolicyTask } from './policy-tasks.ts'
import { openRoots } from './root-keys.ts'
import { renewManifest, retireKeys, rotateKey } from './rotation.ts'

type Asked = { readonly note: Note; readonly why: string }
type Signed = Asked & { readonly roots: readonly KeyPair[] }

/** Takes a step with the root keys, and writes who did it in the transaction of the new manifest. */
export async function takeKeyStep(context: Context, step: KeyStep, asked: Signed): Promise<Done<Manifest>> {
  const unreasoned = await faultOfReason(context.store, asked.why)
  if (unreasoned) return unreasoned
  const { roots } = asked
  // The line in the log belongs to the transaction of the manifest: no key changes unseen.
  const also = noteOf(step, { ...asked, now: context.clock.now })
  try {
    if (step.step === 'renew') return await renewManifest(context, { roots, also, newEpoch: step.newEpoch === true })
    if (step.step === 'retire') return await retireKeys(context, { name: step.key, roots, also })
    return await rotateKey(context, { name: step.key, stolen: step.stolen, roots, also })
  } catch (error) {
    // Where every list is signed anew, and the policy key or the clock is not what signs.
    if (error instanceof ClockJumped) return error.refusal
    if (error instanceof PolicyKeyAbsent) return refusal('policyElsewhere')
    throw error
  }
}

/** Whether whoever asks sits at the server, or at another machine. */
type Asker = 'here' | 'afar'

/** The same with the root keys that are in the data folder. */
async function takeKeyStepHere(
  context: Context,
  step: KeyStep,
  { from, ...asked }: Asked & { readonly from: Asker },
): Promise<Done<Manifest>> {
  const roots = await openRoots(context, [])
  if (!roots.ok) return roots
  const isOfPolicy = from === 'afar' && step.step === 'rotate' && step.key === 'policy'
  if (isOfPolicy && !(await isPolicyHere(context))) return refusal('policyElsewhere')
  return takeKeyStep(context, step, { ...asked, roots: roots.value })
}

/** The same, as whoever asked for it by a task is answered. From afar no policy key is made where the old one was moved away. */
export async function answerKeyStep(
  context: Context,
  { step, why, who, via }: KeyTask,
  from: Asker,
): Promise<PolicyAnswer> {
  const done = await takeKeyStepHere(context, step, { why, note: noteAs({ clock: context.clock, who, via }), from })
  if (!done.ok) return refusedAnswer(done)
  const { ver: version, ep: epoch, exp: expires } = done.value
  return { kind: 'manifest', version, epoch, expires }
}

type KeyTask = Extract<PolicyTask, { readonly task: 'keyStep' }>

/** A refusal, as a task is answered. */
export function refusedAnswer({ ok: _ok, ...refused }: Refusal): PolicyAnswer {
  return { kind: 'refused', ...refused }
}

/** Whoever moved the policy key away does not want a new one beside the root key. */
async function isPolicyHere({ folder, store }: Context): Promise<boolean> {
  const { m } = await newestManifest(store)
  return inUse(await readKeys(folder, 'policy'), m.pk) !== undefined
}

type Noting = Asked & { readonly now: () => number }

function noteOf(step: KeyStep, { note, why, now }: Noting): NonNullable<ManifestStep['also']> {
  const isStolen = step.step === 'rotate' && step.stolen
  return async (inside, { ver: version, ep: epoch }) => {
    // Connected clients take nothing that a key signed which they have not heard of: they ask for the manifest at once.
    if (step.step !== 'renew' && step.key === 'fresh')
      for (const user of await inside.users.all()) await nudge(inside, user.id, now())
    await note(inside, {
      op: step.step === 'renew' ? 'manifest.renew' : `key.${step.step}`,
      target: step.step === 'renew' ? 'manifest' : step.key,
      why,
      after: JSON.stringify({ version, epoch, ...(isStolen ? { stolen: true } : {}) }),
    })
  }
}

/** The keys as they cross to the page: no secret, no path. */
export async function keysView(context: Context): Promise<KeysView> {
  const { manifest, keys } = await keyInventory(context)
  const { ver: version, ep: epoch, exp, k } = manifest
  const roots = keys.filter(({ name, state }) => name === 'root' && state === 'in use')
  return {
    version,
    epoch,
    expires: exp,
    threshold: k,
    roots: roots.length,
    missing: Math.max(0, k - roots.filter(({ here }) => here).length),
    keys: keys.map(({ name, fingerprint, level, listed, state, here }) => ({
      name,
      fingerprint,
      ...(level === undefined ? {} : { level }),
      state: state === 'in use' ? 'inUse' : state,
      first: listed?.from ?? 0,
      last: listed?.to ?? 0,
      here,
    })),
  }
}
