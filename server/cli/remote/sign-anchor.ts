/** Signs the end of the audit log where the policy key is, and only where it leads on from what was signed here before. */
import { z } from 'zod'
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { signAs } from '../../../shared/whitelist/bytes/signing.ts'
import { draftedAnchor } from '../../admin-soap/signing-operations.ts'
import { addToFile, type Anchor, anchorBytes, readAnchors } from '../../administration/anchors.ts'
import { followsAudit } from '../../administration/audit.ts'
import { systemClock } from '../../ground/clock.ts'
import { codeOf } from '../../ground/durable-file.ts'
import { primitives } from '../../ground/primitives.ts'
import type { Done } from '../../ground/refusals.ts'
import { refused, succeeded, told } from '../outcome.ts'
import type { Round, SigningDesk } from './signing-desk.ts'

/** Counts for nothing in what a round has signed: it is no change of anything. */
const nothing: Round = { ok: true, value: 0 }

/** Follows the log from the last line that this key has signed, and signs its end. */
export async function signAnchor({ remote, key, anchors: file }: SigningDesk): Promise<Round> {
  const known = (await readAnchors(file))?.at(-1)
  let reached: Pick<Anchor, 'n' | 'hash'> | undefined = known
  for (;;) {
    const answer = await remote.call('DraftAnchor', reached ? { after: reached.n } : {}, draftedAnchor)
    // An older server has no anchors.
    if (!answer.ok && answer.fault.kind === 'BadRequest') return nothing
    if (!answer.ok) return { ok: false, fault: told(answer, () => succeeded('', {})) }
    const { organisation, last, hash, since, lines } = answer.value
    const followed = reached ? follow(reached, { last, hash, lines }) : { ok: true as const, value: { n: last, hash } }
    if (!followed.ok) return { ok: false, fault: refused(followed.why) }
    reached = followed.value
    if (reached.n < last) continue
    if (since === undefined || reached.n === known?.n) return nothing
    const due = { ...reached, from: since, at: systemClock().now() }
    const sig = toBase64(signAs(primitives, 'audit', anchorBytes(organisation, due), key.secret))
    const kept = await keep(file, { ...due, sig })
    if (!kept.ok) return { ok: false, fault: refused(kept.why) }
    const done = await remote.call('AnchorAudit', { ...due, sig }, z.object({ anchored: z.number() }))
    // What came in between is signed in the next round.
    return done.ok || done.fault.kind === 'MovedOn'
      ? nothing
      : { ok: false, fault: told(done, () => succeeded('', {})) }
  }
}

type Place = Pick<Anchor, 'n' | 'hash'>
type Told = Pick<z.output<typeof draftedAnchor>, 'last' | 'hash' | 'lines'>

const remedy =
  'nothing of it is signed: if a back-up was restored there, move the file of anchors beside the key away; otherwise somebody altered the store'

function follow(from: Place, { last, hash, lines }: Told): Done<Place> {
  if (last < from.n)
    return {
      ok: false,
      why: `the audit log of the server ends at line ${last}, and line ${from.n} was signed here: ${remedy}`,
    }
  let reached = from
  for (const line of lines) {
    if (!followsAudit(line, reached))
      return {
        ok: false,
        why: `the audit log of the server does not follow line ${reached.n} as it was signed here: ${remedy}`,
      }
    reached = line
  }
  if (lines.length === 0 && (last !== reached.n || hash !== reached.hash))
    return {
      ok: false,
      why: `line ${reached.n} of the server's audit log is not the one that was signed here: ${remedy}`,
    }
  return { ok: true, value: { n: reached.n, hash: reached.hash } }
}

/** Before the signature leaves: what was signed is known here, whatever becomes of the answer. */
async function keep(file: string, anchor: Anchor): Promise<Done> {
  try {
    await addToFile(file, anchor)
    return { ok: true, value: undefined }
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    return { ok: false, why: `cannot write ${file} (${code})` }
  }
}
