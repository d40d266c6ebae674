/**
 * Everything about one message that takes time with its size: proofs, text, digest. It needs the message's bytes and
 * plain facts alone, so that it can be done in a thread of its own (reader.ts). Nothing is decided here.
 */
import { createHash } from 'node:crypto'
import type { ListedContact, ListView } from '../../../../shared/guard.ts'
import { coverageOf } from '../../../../shared/guard/coverage.ts'
import { authorOf, type RawMessage, splitMessage } from '../../../../shared/header.ts'
import type { DnsResolver } from '../../ground/ports.ts'
import type { ListInForce } from '../dependencies.ts'
import { type Content, readContent } from './content.ts'
import { contentDigest } from './identity.ts'
import { gatherProof, type Proof } from './proof.ts'

/** A message and what reading it needs to know. Plain data: it goes to another thread. */
export type ReadTask = {
  readonly raw: Uint8Array
  /** When the server received it. */
  readonly at: number
  /** `proven`: shown as far as the sender's proof bears it out (I8). `claimed`: as it stands, for Held. */
  readonly view: 'proven' | 'claimed'
  /** Only its header is there. */
  readonly truncated: boolean
  readonly now: number
  /** Key of the own address. */
  readonly self: string
  readonly authserv: string | undefined
  /** What is said beside the list. */
  readonly list: Omit<ListInForce, 'view' | 'prepare'>
  /** The entries of whoever From names, by address key; undefined without a list. */
  readonly authors: readonly (readonly [string, ListedContact])[] | undefined
}

/** What was found. `rawDigest`: SHA-256 of the bytes, in hex; `digest`: `contentDigest`; `level`: see `Prepared`. */
type ReadAnswer = {
  readonly proof: Proof
  readonly level: string
  readonly content: Content
  readonly digest: string
  readonly rawDigest: string
}

/** What was found, and the bytes, which come back from the other thread. */
export type Read = ReadAnswer & { readonly raw: Uint8Array }

/** Reads a message; takes as long as it is large. */
export async function readMessage(task: ReadTask, dns: DnsResolver): Promise<ReadAnswer> {
  const { raw, at, truncated, now, self, authserv } = task
  const message = splitMessage(raw)
  const list = { ...task.list, view: task.authors && viewOf(new Map(task.authors)) }
  const servers = authserv === undefined ? {} : { authserv }
  const means = { list: () => list, account: { address: self }, servers, dns, clock: { now: () => now } }
  const proof = await gatherProof(means, raw, message, at)
  const level = levelOf(list, message, self)
  const rawDigest = createHash('sha256').update(raw).digest('hex')
  const digest = await contentDigest(message)
  const content = task.view === 'claimed' ? readContent(message) : contentByLevel(truncated, message, level)
  return { proof, level, digest, rawDigest, content }
}

function levelOf({ view, unicode }: Omit<ListInForce, 'prepare'>, message: RawMessage, self: string): string {
  const key = authorOf(message, unicode)?.address.key ?? ''
  // Own messages are proven by login alone, whatever the list says of the own address.
  return key === self ? 'login' : (view?.find(key)?.level ?? '')
}

/** What is shown, by what the proof of this level covers (I8). */
export function contentByLevel(truncated: boolean, message: RawMessage, level: string): Content {
  if (truncated) return { text: '', simplified: true }
  const key = authorOf(message, true)?.address.key ?? ''
  return readContent(message, coverageOf(message, { key, level }))
}

/** The list as far as one message's authors go. Look-alikes are looked for where the message is judged. */
function viewOf(authors: ReadonlyMap<string, ListedContact>): ListView {
  return { size: authors.size, find: (key) => authors.get(key), similar: () => undefined }
}
