/**
 * The values of one message's FETCH items. A whole message and its header and text are cut from the stored
 * bytes: the library would build them anew from its MIME tree, and the verdict (protocol.md 8) is over bytes.
 */
import { Readable } from 'node:stream'
import type { StoredMessage } from '../../store/mail/mail-store.ts'
import { headerEnd, latin1, plainStructure, revive } from '../summary.ts'
import type { ImapContext } from './context.ts'
import type { FetchItem, ImapSession } from './core.ts'

type Asked = { readonly session: ImapSession; readonly query: readonly FetchItem[] }

/** One message's sources, each read at most once and only when an item wants it. */
type Sources = { readonly raw: Buffer; readonly tree: () => Promise<object | undefined> }

/** In order of the items; undefined when the message is gone meanwhile. */
export async function fetchValues(
  { mail, apart }: Pick<ImapContext, 'mail' | 'apart'>,
  asked: Asked,
  message: StoredMessage,
): Promise<readonly unknown[] | undefined> {
  const values: unknown[] = []
  let sources: Sources | undefined
  for (const item of asked.query) {
    const listed = listedValue(item, message)
    if (listed !== undefined) {
      values.push(listed)
    } else if (item.item === 'envelope' || item.item === 'bodystructure') {
      const summary = await mail.summary(message.content)
      if (!summary) return undefined
      const known = { envelope: revive(summary.envelope), bodystructure: revive(summary.structure) }
      values.push(
        ...asked.session.getQueryResponse([item], known, { acceptUTF8Enabled: asked.session.isUTF8Enabled() }),
      )
    } else {
      // Read when the first item wants bytes: a client that lists ten thousand messages reads none of them.
      sources ??= await sourcesOf({ mail, apart }, message)
      if (!sources) return undefined
      values.push(await contentValue(asked.session, item, sources))
    }
  }
  return values
}

/** Whether a value is one that the library writes as it is read from somewhere. */
export function isStream(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'stream'
}

function listedValue({ item }: FetchItem, message: StoredMessage): unknown {
  switch (item) {
    case 'uid':
      return message.uid
    case 'flags':
      return message.flags
    case 'modseq':
      return message.modseq
    case 'internaldate':
      return new Date(message.received)
    case 'rfc822.size':
      return message.size
    default:
      return undefined
  }
}

async function sourcesOf(
  { mail, apart }: Pick<ImapContext, 'mail' | 'apart'>,
  message: StoredMessage,
): Promise<Sources | undefined> {
  const raw = await mail.raw(message.content)
  if (!raw) return undefined
  let tree: Promise<object | undefined> | undefined
  return {
    raw: Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength),
    tree() {
      tree ??= apart.tree(raw)
      return tree
    },
  }
}

async function contentValue(session: ImapSession, item: FetchItem, { raw, tree }: Sources): Promise<unknown> {
  const whole = wholeValue(item, raw)
  if (whole !== undefined) return written(part(whole, item))
  const mimeTree = await tree()
  if (mimeTree) return session.getQueryResponse([item], { mimeTree })[0]
  // The plain view: one part, `1`, and nothing below it.
  if (item.type === undefined) return plainStructure(raw)
  return written(part(item.path === '1' && item.type === 'content' ? raw.subarray(headerEnd(raw)) : nothing, item))
}

const nothing = Buffer.alloc(0)

/** Of the message as a whole; undefined: of a MIME part, or the structure. */
function wholeValue({ item, path, type, headers }: FetchItem, raw: Buffer): Buffer | undefined {
  const split = headerEnd(raw)
  if (item === 'rfc822') return raw
  if (item === 'rfc822.header') return raw.subarray(0, split)
  if (item === 'rfc822.text') return raw.subarray(split)
  if (path !== '') return undefined
  switch (type ?? '') {
    case 'content':
      return raw
    case 'header':
      return raw.subarray(0, split)
    case 'text':
      return raw.subarray(split)
    case 'header.fields':
      return chosenFields(raw.subarray(0, split), (name) => (headers ?? []).includes(name))
    case 'header.fields.not':
      return chosenFields(raw.subarray(0, split), (name) => !(headers ?? []).includes(name))
    default:
      return undefined
  }
}

/** Bytes that are written at once. */
const pieceSize = 64 * 1_024

/** What the library writes: one character a byte, or a stream, so that a large value goes out beside other work. */
function written(value: Buffer): unknown {
  if (value.length <= pieceSize) return latin1(value)
  return { type: 'stream', value: Readable.from(pieces(value)), expectedLength: value.length }
}

function* pieces(value: Buffer): Iterable<Buffer> {
  for (let from = 0; from < value.length; from += pieceSize) yield value.subarray(from, from + pieceSize)
}

/** The fields that are wanted, as they stand, and the blank line. */
function chosenFields(header: Buffer, wanted: (name: string) => boolean): Buffer {
  let chosen = ''
  let taking = false
  for (const line of latin1(header).split(/(?<=\n)/)) {
    if (/^\r?\n$/.test(line)) break
    if (!/^[ \t]/.test(line)) taking = wanted((line.split(':', 1)[0] ?? '').trim().toLowerCase())
    if (taking) chosen += line
  }
  return Buffer.from(`${chosen}\r\n`, 'latin1')
}

function part(value: Buffer, { partial }: FetchItem): Buffer {
  return partial ? value.subarray(partial.startFrom, partial.startFrom + partial.maxLength) : value
}
