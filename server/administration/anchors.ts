/**
 * Anchors of the audit log: the policy key signs the number and hash of its last line with each change, so that nobody
 * who has only the store can cut its end off, or write it anew from the beginning, unseen. The newest one is kept in
 * the store; each also goes to a file, which the operator may put out of reach of whoever has the store.
 */
import { open, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { jsonOf } from '../../shared/json.ts'
import { encodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { fromBase64, toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { signAs, verifyAs } from '../../shared/whitelist/bytes/signing.ts'
import { keysOf } from '../../shared/whitelist/manifest.ts'
import { codeOf } from '../ground/durable-file.ts'
import { primitives } from '../ground/primitives.ts'
import { manifestOf, newestManifest } from '../keys/manifests.ts'
import type { PolicyKey } from '../keys/policy-key.ts'
import type { Context } from '../settings/context.ts'
import type { Store } from '../store/store.ts'

const number = z.number().int().min(1)
/** An anchor as it is kept. */
export const anchorSchema = z.strictObject({
  /** The line, and its hash. */
  n: number,
  hash: z.string().length(64),
  /** The line that was anchored first: those before it are covered as they stood then. */
  from: number,
  at: z.number().int(),
  /** By the policy key, base64. */
  sig: z.string().max(200),
})
export type Anchor = z.infer<typeof anchorSchema>

/** What the policy key signs, with type `audit` (protocol.md 16). */
export function anchorBytes(org: string, { n, hash, from, at }: Omit<Anchor, 'sig'>): Uint8Array {
  return encodeCanonical({ t: 'audit', org, n, hash, from, at })
}

/** In the store's settings. */
const kept = 'auditAnchor'

/** The newest anchor in the store. */
export async function storedAnchor({ journal }: Pick<Store, 'journal'>): Promise<Anchor | undefined> {
  const text = await journal.setting(kept)
  return text === undefined ? undefined : anchorSchema.safeParse(jsonOf(text)).data
}

/** What is to be anchored next; undefined where all is, or where the log does not lead on from what was anchored. */
export async function dueAnchor(inside: Store, at: number): Promise<Omit<Anchor, 'sig'> | undefined> {
  const last = await inside.administration.lastAudit()
  const before = await storedAnchor(inside)
  if (!last || (before && last.n <= before.n)) return undefined
  // Otherwise the next change would make a log that was cut or rewritten look whole.
  if (before && (await inside.administration.audit(before.n))?.hash !== before.hash) return undefined
  return { n: last.n, hash: last.hash, from: before?.from ?? last.n, at }
}

/** Signs the last line, in the transaction that wrote it. */
export type Anchoring = (inside: Store, now: number) => Promise<void>

/** With the policy key of this machine. */
export function anchoringOf(policyKey: PolicyKey): Anchoring {
  return async (inside, now) => {
    const due = await dueAnchor(inside, now)
    if (!due) return
    const { org } = (await newestManifest(inside)).m
    const { secret } = await policyKey(inside)
    await keepAnchor(inside, { ...due, sig: toBase64(signAs(primitives, 'audit', anchorBytes(org, due), secret)) })
  }
}

/** As the newest of the store. */
export function keepAnchor({ journal }: Pick<Store, 'journal'>, anchor: Anchor): Promise<void> {
  return journal.setSetting(kept, JSON.stringify(anchor))
}

/** What an anchor and the log say of each other; `line`: from which on the log cannot be believed. */
type AnchorFault = { readonly fault: 'shorter' | 'other' | 'unsigned'; readonly line: number }

/** Where the log is not the one that was anchored. */
export async function faultOfAnchor(inside: Store, anchor: Anchor): Promise<AnchorFault | undefined> {
  // Policy keys are replaced: whichever a manifest once listed may have signed it.
  const manifests = (await inside.journal.manifestsAfter(0)).map(manifestOf)
  const [newest] = manifests
  const signature = fromBase64(anchor.sig, 64)
  const bytes = anchorBytes(newest?.m.org ?? '', anchor)
  const isSigned =
    signature && manifests.some((one) => verifyAs(primitives, 'audit', { bytes, signature }, keysOf(one, 'pk')))
  if (!isSigned) return { fault: 'unsigned', line: anchor.n }
  const row = await inside.administration.audit(anchor.n)
  if (!row) return { fault: 'shorter', line: ((await inside.administration.lastAudit())?.n ?? 0) + 1 }
  return row.hash === anchor.hash ? undefined : { fault: 'other', line: anchor.n }
}

type Place = Pick<Context, 'folder' | 'config'>

/** The file in which anchors are gathered. */
export function anchorFile({ folder, config }: Place): string {
  return resolve(folder.path, config.anchors)
}

/** Every anchor of a file, oldest first; undefined where there is none to read. */
export async function readAnchors(file: string): Promise<readonly Anchor[] | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === undefined) throw error
  })
  if (text === undefined) return undefined
  return anchorsIn(text)
}

/** A power cut may leave half of a line; whatever else is none is found by its signature. */
function anchorsIn(text: string): readonly Anchor[] {
  return text.split('\n').flatMap((line) => anchorSchema.safeParse(jsonOf(line)).data ?? [])
}

/** Longer than two lines of the file. */
const tailBytes = 2_048

/** Adds an anchor to a file, unless it is the last one there; on the disk when it returns. */
export async function addToFile(file: string, anchor: Anchor): Promise<void> {
  const handle = await open(file, 'a+', 0o600)
  try {
    const { size } = await handle.stat()
    const tail = Buffer.alloc(Math.min(size, tailBytes))
    await handle.read(tail, 0, tail.length, size - tail.length)
    const text = tail.toString()
    const last = anchorsIn(text).at(-1)
    if (last?.n === anchor.n && last.hash === anchor.hash) return
    await handle.appendFile(`${text === '' || text.endsWith('\n') ? '' : '\n'}${JSON.stringify(anchor)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Adds the newest anchor of the store to a file. */
export async function copyAnchor(store: Pick<Store, 'journal'>, file: string): Promise<void> {
  const anchor = await storedAnchor(store)
  if (anchor) await addToFile(file, anchor)
}
