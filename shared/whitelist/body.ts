/** The body inside a sealed answer: the header once more, and entries or operations (protocol.md section 3.6). */
import { z } from 'zod'
import { canonicalText, decodeCanonical, isList } from './bytes/canonical.ts'
import { utf8 } from './bytes/encoding.ts'
import { count, name, nonce } from './bytes/schemas.ts'
import { isOp, type Op, opText } from './delta.ts'
import { type Entry, isEntry } from './entry.ts'
import { maxParts } from './limits.ts'

/** What the fresh statement says outside; `part` (from 0) and `parts` only in a list that goes in parts. */
const bodyHeaderSchema = z.strictObject({
  org: name,
  usr: name,
  dev: name,
  lst: name,
  ep: count,
  ver: count,
  from: count,
  non: nonce,
  part: z
    .number()
    .int()
    .min(0)
    .max(maxParts - 1)
    .exactOptional(),
  parts: z.number().int().min(2).max(maxParts).exactOptional(),
})
/** What the body repeats of the statement around it, so that it fits no other. */
export type BodyHeader = Readonly<z.infer<typeof bodyHeaderSchema>>

/** A whole list or a part of one, or the operations that lead to it. */
export type Body =
  | { readonly hdr: BodyHeader; readonly kind: 'full'; readonly entries: readonly Entry[] }
  | { readonly hdr: BodyHeader; readonly kind: 'delta'; readonly ops: readonly Op[] }

/** What a server puts in: canonical texts of entries as its store holds them, or operations. */
type BodyContent =
  | { readonly kind: 'full'; readonly entries: readonly string[] }
  | { readonly kind: 'delta'; readonly ops: readonly Op[] }

/** The canonical bytes of a body. Entries are joined as they are: `entries` < `hdr` < `ops` < `t`. */
export function encodeBody(hdr: BodyHeader, content: BodyContent): Uint8Array {
  const header = `"hdr":${canonicalText(hdr)}`
  if (content.kind === 'full') return utf8(`{"entries":[${content.entries.join(',')}],${header},"t":"body"}`)
  return utf8(`{${header},"ops":[${content.ops.map(opText).join(',')}],"t":"body"}`)
}

/** A body from its bytes, in form only; `undefined` for anything else. */
export function decodeBody(bytes: Uint8Array): Body | undefined {
  const value = decodeCanonical(bytes)
  if (typeof value !== 'object' || isList(value) || Object.keys(value).length !== 3) return undefined
  const { t, hdr, entries, ops } = value
  const header = bodyHeaderSchema.safeParse(hdr)
  if (t !== 'body' || !header.success) return undefined
  if (Array.isArray(entries) && entries.every(isEntry)) return { hdr: header.data, kind: 'full', entries }
  if (Array.isArray(ops) && ops.every(isOp)) return { hdr: header.data, kind: 'delta', ops }
  return undefined
}
