/**
 * Strict XML to a small tree: the only file that knows saxes (protocol.md section 4, reader rules).
 *
 * Whatever XML can do beyond elements, text and namespace declarations is refused before or while it is read:
 * declarations, comments, CDATA, processing instructions, entities, attributes. Costs are linear in the bytes.
 * What other programs write besides (`isTyped`) is taken only where every reader makes the same of it.
 */

import { SaxesParser, type SaxesTagNS } from 'saxes'
import type { Checked } from '../failures.ts'
import { fromUtf8 } from '../whitelist/bytes/encoding.ts'
import { flatXml, maxAttributes, maxNamespaceLength, maxTypedAttribute, type XmlRules } from './limits.ts'

/** An element: either children, or text. `text` of one with children is white space. */
export type XmlElement = {
  readonly uri: string
  readonly local: string
  readonly children: readonly XmlElement[]
  readonly text: string
}

type ReadXml = Checked<XmlElement, XmlFault>
/** Why a document is refused. */
export type XmlFault =
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
  | 'comment in text'
  | 'CDATA beside text'

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
  const whole = fromUtf8(bytes)
  if (whole === undefined) return { ok: false, fault: 'not UTF-8' }
  const text = rules.isTyped ? whole.replace(/^\ufeff/, '') : whole
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
function forbidden(whole: string, { maxReferences, maxLineBreaks, isTyped }: XmlRules): XmlFault | undefined {
  if (whole.startsWith('\ufeff')) return 'byte order mark'
  const text = isTyped ? withoutSections(whole) : whole
  if (text === undefined || text.includes('<!')) return 'markup declaration'
  if (text.indexOf('<?', 1) !== -1) return 'processing instruction'
  if (text.startsWith('<?') && !declaration.test(text)) return 'xml declaration'
  if (!hasOnlyFiveEntities(text, maxReferences)) return 'entity'
  return countOf(text, '\n', maxLineBreaks) + countOf(text, '\r', maxLineBreaks) > maxLineBreaks
    ? 'too many line breaks'
    : undefined
}

/** Without comments and CDATA, in which `&` and `<` are nothing but signs; undefined where one has no end. */
function withoutSections(text: string): string | undefined {
  const parts: string[] = []
  let from = 0
  for (;;) {
    const at = text.indexOf('<!', from)
    if (at === -1) return parts.join('') + text.slice(from)
    const close = text.startsWith('<!--', at) ? '-->' : text.startsWith('<![CDATA[', at) ? ']]>' : undefined
    const end = close === undefined ? -1 : text.indexOf(close, at + 4)
    if (close === undefined || end === -1) return undefined
    parts.push(text.slice(from, at))
    from = end + close.length
  }
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
  /** Said to be no value, or a header that nobody has to understand: as if it were not there. */
  readonly isNothing?: boolean
  /** Whether it stands in a header, where anything may stand that is not read. */
  readonly isHeader: boolean
  comments: number
  sections: number
}

/** Parses under the limits. The builder sits under a node of its own, so that the root has a parent like all others. */
function parse(text: string, rules: XmlRules): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' })
  const top: Building = { ...empty, uri: '', local: '', children: [], isHeader: false }
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
    const longest = rules.isTyped ? maxTypedAttribute : maxNamespaceLength
    if (++attributes > maxAttributes || value.length > longest) refuse('attribute')
    if (name !== 'xmlns' && prefix !== 'xmlns' && name !== 'xml:lang' && !rules.isTyped) refuse('attribute')
  })
  parser.on('opentag', (tag) => {
    const parent = open.at(-1) ?? top
    const isHeader = rules.isTyped && (parent.isHeader || (open.length === 3 && isSoap(parent, 'Header')))
    if (!isHeader && 'xml:lang' in tag.attributes && !isSoap(tag, 'Text')) refuse('attribute')
    const isBlock = isHeader && !parent.isHeader
    const isNothing = isBlock ? !mustBeUnderstood(tag) : !isHeader && rules.isTyped && readAttributes(tag)
    open.push(addChild(parent, { ...rules, uri: tag.uri, local: tag.local, isNothing, isHeader }))
  })
  parser.on('comment', () => {
    const element = open.at(-1) ?? top
    element.comments += 1
  })
  parser.on('cdata', (part) => {
    const element = open.at(-1) ?? top
    element.sections += 1
    // Of text and CDATA side by side some programs see only the first: then neither may hold anything.
    if (!element.isHeader && (element.sections > 1 || element.text.trim() !== '')) refuse('CDATA beside text')
    element.text += part
  })
  parser.on('text', (part) => {
    const element = open.at(-1) ?? top
    if (element.sections > 0 && !element.isHeader && part.trim() !== '') refuse('CDATA beside text')
    element.text += part
  })
  parser.on('closetag', () => {
    const element = open.pop()
    if (element && !element.isHeader) checkText(element)
    // Taken out as if it had not been sent: the schema then sees an absent field.
    if (element?.isNothing) open.at(-1)?.children.pop()
  })
  parser.write(text).close()
  return top.children[0] ?? refuse('not well-formed')
}

/** A comment within a text would part it: `AA<!-- -->AA` is two texts to some programs. */
function checkText({ children, text, comments }: Building): void {
  if (text.trim() === '') return
  if (children.length > 0) refuse('mixed content')
  if (comments > 0) refuse('comment in text')
}

const empty = { text: '', comments: 0, sections: 0 } as const

type Opened = Pick<XmlRules, 'isTyped'> & Pick<Building, 'uri' | 'local' | 'isHeader'> & { readonly isNothing: boolean }

function addChild(parent: Building, { isTyped, uri, local, isNothing, isHeader }: Opened): Building {
  if (!isTyped && parent.children.some((child) => child.uri === uri && child.local === local))
    refuse('duplicate element')
  const element: Building = { ...empty, uri, local, children: [], isNothing, isHeader }
  parent.children.push(element)
  return element
}

const instanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance'

/**
 * Whether `xsi:nil` says that there is no value. The schema is known, so `xsi:type`, where one lies and in which style it
 * is written say nothing. All else is refused.
 */
function readAttributes({ attributes }: SaxesTagNS): boolean {
  let isNil = false
  for (const { uri, local, prefix, name, value } of Object.values(attributes)) {
    if (name === 'xmlns' || prefix === 'xmlns' || name === 'xml:lang') continue
    const isStyle = soapNamespaces.has(uri) && local === 'encodingStyle'
    if (!isStyle && (uri !== instanceNamespace || !instanceNames.has(local))) refuse('attribute')
    if (uri === instanceNamespace && local === 'nil' && (value === 'true' || value === '1')) isNil = true
  }
  return isNil
}

const instanceNames: ReadonlySet<string> = new Set(['nil', 'type', 'schemaLocation', 'noNamespaceSchemaLocation'])

/** SOAP 1.2 part 1, 2.4: what need not be understood is passed over. Whatever is not clearly "no" is a "yes". */
function mustBeUnderstood({ attributes }: SaxesTagNS): boolean {
  return Object.values(attributes).some(
    ({ local, value }) => local === 'mustUnderstand' && value.trim() !== '0' && value.trim() !== 'false',
  )
}

const soapNamespaces: ReadonlySet<string> = new Set([
  'http://schemas.xmlsoap.org/soap/envelope/',
  'http://www.w3.org/2003/05/soap-envelope',
])

/** SOAP 1.2 demands `xml:lang` on a fault's text; it carries no meaning here and is allowed nowhere else. */
function isSoap(element: { readonly uri: string; readonly local: string }, local: string): boolean {
  return soapNamespaces.has(element.uri) && element.local === local
}

function refuse(fault: XmlFault): never {
  throw new Refused(fault)
}
