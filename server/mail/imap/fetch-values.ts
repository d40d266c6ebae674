/**
 * The values of one message's FETCH items. A whole message and its header and text are cut from the stored
 * bytes: the library would build them anew from its MIME tree, and the verdict (protocol.md 8) is over bytes.
 */
import type { StoredMessage } from '../../store/mail/mail-store.ts'
import { headerEnd, latin1, plainStructure, revive } from '../summary.ts'
import type { ImapContext } from './context.ts'
import type { FetchItem, ImapSession } from './core.ts'

type Asked = { readonly session: ImapSession; readonly query: readonly FetchItem[] }

/** One message's sources, each read at most once and only when an item wants it. */
type Sources = { readonly raw: Uint8Array; readonly text: string; readonly tree: () => Promise<object | undefined> }

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
    raw,
    text: latin1(raw),
    tree() {
      tree ??= apart.tree(raw)
      return tree
    },
  }
}

async function contentValue(session: ImapSession, item: FetchItem, { raw, text, tree }: Sources): Promise<unknown> {
  const whole = wholeValue(item, text)
  if (whole !== undefined) return part(whole, item)
  const mimeTree = await tree()
  if (mimeTree) return session.getQueryResponse([item], { mimeTree })[0]
  // The plain view: one part, `1`, and nothing below it.
  if (item.type === undefined) return plainStructure(raw)
  return part(item.path === '1' && item.type === 'content' ? text.slice(headerEnd(text)) : '', item)
}

/** Of the message as a whole; undefined: of a MIME part, or the structure. */
function wholeValue({ item, path, type, headers }: FetchItem, text: string): string | undefined {
  const split = headerEnd(text)
  if (item === 'rfc822') return text
  if (item === 'rfc822.header') return text.slice(0, split)
  if (item === 'rfc822.text') return text.slice(split)
  if (path !== '') return undefined
  switch (type ?? '') {
    case 'content':
      return text
    case 'header':
      return text.slice(0, split)
    case 'text':
      return text.slice(split)
    case 'header.fields':
      return chosenFields(text.slice(0, split), (name) => (headers ?? []).includes(name))
    case 'header.fields.not':
      return chosenFields(text.slice(0, split), (name) => !(headers ?? []).includes(name))
    default:
      return undefined
  }
}

/** The fields that are wanted, as they stand, and the blank line. */
function chosenFields(header: string, wanted: (name: string) => boolean): string {
  let chosen = ''
  let taking = false
  for (const line of header.split(/(?<=\n)/)) {
    if (/^\r?\n$/.test(line)) break
    if (!/^[ \t]/.test(line)) taking = wanted((line.split(':', 1)[0] ?? '').trim().toLowerCase())
    if (taking) chosen += line
  }
  return `${chosen}\r\n`
}

function part(value: string, { partial }: FetchItem): string {
  return partial ? value.slice(partial.startFrom, partial.startFrom + partial.maxLength) : value
}
