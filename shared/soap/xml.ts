/**
 * Strict XML to a small tree: the only file that knows saxes (protocol.md section 4, reader rules).
 *
 * Whatever XML can do beyond elements, text and namespace declarations is refused before or while it is read:
 * declarations, comments, CDATA, processing instructions, entities, attributes. Costs are linear in the bytes.
 */

import { SaxesParser, type SaxesTagNS } from 'saxes'
import type { Checked } from '../failures.ts'
import { fromUtf8 } from '../whitelist/bytes/encoding.ts'
import { flatXml, maxAttributes, maxNamespaceLength, type XmlRules } from './limits.ts'

/** An element: either children, or text. `text` of one with children is white space. */
export type XmlElement = {
  readonly uri: string
  readonly local: string
  readonly children: readonly XmlElement[]
  readonly text: string
}

type ReadXml = Checked<XmlElement, XmlFault>
type XmlFault =
  | 'too large'
  | 'not UTF-8'
  | 'byte order mark'
  | 'markup declaration'
  | 'processing instruction'
  | 'xml declaration'
  | 'entity'
  | 'too many line breaks'
  | 'not well-formed'
  | 'too deep'
  | 'too many elements'
  | 'attribute'
  | 'duplicate element'
  | 'mixed content'

/** Thrown inside the parser's callbacks to stop it at once; never leaves this file. */
class Refused extends Error {
  readonly fault: XmlFault
  constructor(fault: XmlFault) {
    super(fault)
    this.fault = fault
  }
}

/** The document's root element, or why the document is refused. */
export function readXml(bytes: Uint8Array, rules: XmlRules = flatXml): ReadXml {
  if (bytes.length > rules.maxBytes) return { ok: false, fault: 'too large' }
  const text = fromUtf8(bytes)
  if (text === undefined) return { ok: false, fault: 'not UTF-8' }
  // Before the parser: what it never sees can't make it slow, nor be read differently by it.
  const fault = forbidden(text, rules)
  if (fault) return { ok: false, fault }
  try {
    return { ok: true, value: parse(text, rules) }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, fault: error.fault }
    throw error
  }
}

/** The one XML declaration that is taken, at the very start. */
const declaration =
  /^<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"utf-8"|'utf-8'))?(?: standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/i

/**
 * What must not occur anywhere, found before parsing. `<` cannot stand in text or in an attribute's value, so every
 * `<!` is a declaration, a comment or CDATA, and every `<?` a processing instruction.
 */
function forbidden(text: string, { maxReferences, maxLineBreaks }: XmlRules): XmlFault | undefined {
  if (text.startsWith('\ufeff')) return 'byte order mark'
  if (text.includes('<!')) return 'markup declaration'
  if (text.indexOf('<?', 1) !== -1) return 'processing instruction'
  if (text.startsWith('<?') && !declaration.test(text)) return 'xml declaration'
  if (!hasOnlyFiveEntities(text, maxReferences)) return 'entity'
  return countOf(text, '\n', maxLineBreaks) + countOf(text, '\r', maxLineBreaks) > maxLineBreaks
    ? 'too many line breaks'
    : undefined
}

function hasOnlyFiveEntities(text: string, maxReferences: number): boolean {
  let seen = 0
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    if (++seen > maxReferences || !/^&(amp|lt|gt|quot|apos);/.test(text.slice(at, at + 6))) return false
  }
  return true
}

/** How often a character occurs; stops counting above `enough`. */
function countOf(text: string, character: string, enough: number): number {
  let seen = 0
  for (let at = text.indexOf(character); at !== -1 && seen <= enough; at = text.indexOf(character, at + 1)) seen++
  return seen
}

type Building = {
  readonly uri: string
  readonly local: string
  readonly children: Building[]
  text: string
  /** Said to be no value: as if it were not there. */
  readonly isNil?: boolean
}

/** Parses under the limits. The builder sits under a node of its own, so that the root has a parent like all others. */
function parse(text: string, rules: XmlRules): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' })
  const top: Building = { uri: '', local: '', children: [], text: '' }
  const open: Building[] = [top]
  let elements = 0
  let attributes = 0
  parser.on('error', () => refuse('not well-formed'))
  parser.on('opentagstart', () => {
    attributes = 0
    if (++elements > rules.maxElements) refuse('too many elements')
    if (open.length > rules.maxDepth) refuse('too deep')
  })
  parser.on('attribute', ({ name, prefix, value }) => {
    if (++attributes > maxAttributes || value.length > maxNamespaceLength) refuse('attribute')
    if (name !== 'xmlns' && prefix !== 'xmlns' && name !== 'xml:lang' && !rules.isTyped) refuse('attribute')
  })
  parser.on('opentag', (tag) => {
    if ('xml:lang' in tag.attributes && !isFaultText(tag)) refuse('attribute')
    const isNil = rules.isTyped && readInstance(tag)
    open.push(addChild(open.at(-1) ?? top, { ...rules, uri: tag.uri, local: tag.local, isNil }))
  })
  parser.on('text', (part) => {
    const element = open.at(-1) ?? top
    element.text += part
  })
  parser.on('closetag', () => {
    const element = open.pop()
    if (element && element.children.length > 0 && element.text.trim() !== '') refuse('mixed content')
    // Taken out as if it had not been sent: the schema then sees an absent field.
    if (element?.isNil) open.at(-1)?.children.pop()
  })
  parser.write(text).close()
  return top.children[0] ?? refuse('not well-formed')
}

type Opened = Pick<XmlRules, 'isTyped'> & Pick<Building, 'uri' | 'local'> & { readonly isNil: boolean }

function addChild(parent: Building, { isTyped, uri, local, isNil }: Opened): Building {
  if (!isTyped && parent.children.some((child) => child.uri === uri && child.local === local))
    refuse('duplicate element')
  const element: Building = { uri, local, children: [], text: '', isNil }
  parent.children.push(element)
  return element
}

const instanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance'

/** Whether `xsi:nil` says that there is no value. `xsi:type` says nothing here: the schema is known. All else is refused. */
function readInstance({ attributes }: SaxesTagNS): boolean {
  let isNil = false
  for (const { uri, local, prefix, name, value } of Object.values(attributes)) {
    if (name === 'xmlns' || prefix === 'xmlns' || name === 'xml:lang') continue
    if (uri !== instanceNamespace || (local !== 'nil' && local !== 'type')) refuse('attribute')
    if (local === 'nil' && (value === 'true' || value === '1')) isNil = true
  }
  return isNil
}

/** SOAP 1.2 demands `xml:lang` on a fault's text; it carries no meaning here and is allowed nowhere else. */
function isFaultText({ uri, local }: { readonly uri: string; readonly local: string }): boolean {
  return uri === 'http://www.w3.org/2003/05/soap-envelope' && local === 'Text'
}

function refuse(fault: XmlFault): never {
  throw new Refused(fault)
}
