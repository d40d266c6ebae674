/** The one reader of SOAP envelopes, for both ends (protocol.md section 4). */
import { readFault, type SoapFault } from './faults.ts'
import { kithNamespace, soapNamespace } from './namespaces.ts'
import { readXml, type XmlElement } from './xml.ts'

/** An envelope in strict form. Maps, never objects keyed by what somebody sent. */
export type Envelope = {
  readonly ok: true
  /** Fields of `k:ctx`; empty without one. */
  readonly header: ReadonlyMap<string, string>
  /** Local name of Body's one child, in Kith's namespace. */
  readonly operation: string
  readonly fields: ReadonlyMap<string, string>
}
type ReadEnvelope =
  | Envelope
  /** `refused` false: Body held a SOAP fault. True: no envelope that Kith takes; `fault` is what a server answers. */
  | { readonly ok: false; readonly refused: boolean; readonly fault: SoapFault }

/** Reads an envelope's bytes; never throws. */
export function readEnvelope(bytes: Uint8Array): ReadEnvelope {
  const xml = readXml(bytes)
  if (!xml.ok) return refused(xml.fault, xml.fault === 'too large' ? 'TooLarge' : 'BadRequest')
  const root = xml.value
  const [first, second] = root.children
  const body = second ?? first
  const header = second && first
  if (!isSoap(root, 'Envelope') || !isSoap(body, 'Body') || root.children.length > 2) return refused('not an envelope')
  if (header && !isSoap(header, 'Header')) return refused('not an envelope')
  const [call, ...more] = body?.children ?? []
  // With two children, one program would take the first and another the last.
  if (!call || more.length > 0) return refused('body without exactly one child')
  if (isSoap(call, 'Fault')) return { ok: false, refused: false, fault: readFault(call) }
  const fields = call.uri === kithNamespace ? leavesOf(call) : undefined
  const context = header ? contextOf(header) : new Map<string, string>()
  if (!fields || !context) return refused('unknown element')
  return { ok: true, header: context, operation: call.local, fields }
}

function isSoap(element: XmlElement | undefined, local: string): boolean {
  return element?.uri === soapNamespace && element.local === local
}

/** The fields of `k:ctx`, the only thing that a header may hold. */
function contextOf(header: XmlElement): ReadonlyMap<string, string> | undefined {
  const [context, ...more] = header.children
  if (!context) return header.text.trim() === '' ? new Map() : undefined
  const isContext = context.uri === kithNamespace && context.local === 'ctx'
  return isContext && more.length === 0 ? leavesOf(context) : undefined
}

/** An element's children by local name: all of Kith's namespace, none with children. */
function leavesOf(element: XmlElement): ReadonlyMap<string, string> | undefined {
  const { children } = element
  if (children.length === 0 && element.text.trim() !== '') return undefined
  if (children.some((leaf) => leaf.uri !== kithNamespace || leaf.children.length > 0)) return undefined
  return new Map(children.map((leaf) => [leaf.local, leaf.text]))
}

function refused(reason: string, code: 'BadRequest' | 'TooLarge' = 'BadRequest'): ReadEnvelope {
  return { ok: false, refused: true, fault: { code, reason } }
}
