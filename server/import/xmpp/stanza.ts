/**
 * An XML stream (RFC 6120 section 4) to small trees, as it arrives. Comments, declarations and processing instructions
 * are refused (section 11.1); every limit is checked while reading, and costs are linear in the bytes.
 */
import { type SaxesAttributeNS, SaxesParser } from 'saxes'
import { maxImportBytes } from '../contact.ts'

export type Stanza = {
  readonly uri: string
  readonly local: string
  /** Without namespace declarations. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Stanza[]
  readonly text: string
}

/** Why a stream is given up. Thrown inside this folder only. */
export class StreamFault extends Error {}

const maxDepth = 10
const maxAttributes = 32
/** Elements of one stanza: a roster of 100,000 with three groups each. */
const maxElements = 400_000
export const streamUri = 'http://etherx.jabber.org/streams'

type StanzaParser = {
  /** Takes what arrived; gives what is complete. The stream's own opening tag comes first, without children. */
  readonly write: (bytes: Uint8Array) => readonly Stanza[]
  /** Whether the stream was closed: nothing comes after what `write` gave. */
  readonly hasEnded: () => boolean
}

type Building = { -readonly [K in keyof Stanza]: K extends 'children' ? Building[] : Stanza[K] }

/** Reads one stream. `write` throws `StreamFault` where it is not as it must be or breaks a limit. */
export function createStanzaParser(): StanzaParser {
  const parser = new SaxesParser({ xmlns: true, position: false })
  // Characters may be cut in two by the network: decoded as a stream, and refused where they are none.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const open: Building[] = []
  let complete: Stanza[] = []
  let bytes = 0
  let elements = 0
  let ended = false
  const refuse = (why: string): never => {
    throw new StreamFault(why)
  }
  parser.on('error', () => refuse('what it sends is not XML'))
  parser.on('doctype', () => refuse('it sends a document type'))
  parser.on('comment', () => refuse('it sends a comment'))
  parser.on('processinginstruction', () => refuse('it sends a processing instruction'))
  parser.on('opentag', ({ uri, local, attributes }) => {
    elements += 1
    if (open.length >= maxDepth) refuse('its answer is nested too deep')
    if (elements > maxElements) refuse('its answer has too many elements')
    const element: Building = { uri, local, attributes: attributesOf(attributes, refuse), children: [], text: '' }
    if (open.length > 1) open.at(-1)?.children.push(element)
    if (open.length === 0) complete.push(element)
    open.push(element)
  })
  parser.on('text', (part) => {
    const element = open.length > 1 ? open.at(-1) : undefined
    if (element) element.text += part
  })
  parser.on('closetag', () => {
    const element = open.pop()
    if (open.length === 0) ended = true
    if (open.length !== 1 || !element) return
    complete.push(element)
    elements = 0
    bytes = 0
  })
  return {
    hasEnded: () => ended,
    write(chunk) {
      bytes += chunk.length
      if (bytes > maxImportBytes) refuse(`its answer has more than ${maxImportBytes} bytes`)
      parser.write(decoded(decoder, chunk))
      const taken = complete
      complete = []
      return taken
    },
  }
}

function decoded(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw new StreamFault('what it sends is not UTF-8')
  }
}

function attributesOf(
  attributes: Readonly<Record<string, SaxesAttributeNS>>,
  refuse: (why: string) => never,
): ReadonlyMap<string, string> {
  const all = Object.values(attributes)
  if (all.length > maxAttributes) refuse('an element has too many attributes')
  return new Map(
    all.filter(({ prefix, name }) => prefix === '' && name !== 'xmlns').map(({ local, value }) => [local, value]),
  )
}

/** The first child of this name, if there is one. */
export function childOf(stanza: Stanza | undefined, uri: string, local: string): Stanza | undefined {
  return stanza?.children.find((child) => child.uri === uri && child.local === local)
}
