/** SOAP 1.1 and 1.2 envelopes of the administration service, read and written by the declarations. */

import type { z } from 'zod'
import { typedXml } from '../../shared/soap/limits.ts'
import { readXml, type XmlElement, type XmlFault } from '../../shared/soap/xml.ts'
import type { Done } from '../ground/refusals.ts'
import { type AdminFault, faultDetails, reasonOf } from './faults.ts'
import { adminNamespace, escaped, writeValue } from './typed-xml.ts'

/** Both are served: which of them a program speaks is its toolkit's choice. */
export type SoapVersion = '1.1' | '1.2'

/** Namespace of the envelope, by which the two versions differ. */
export const envelopeNamespaces = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const

/** What each version's answers are sent as. */
export const contentTypes = { '1.1': 'text/xml; charset=utf-8', '1.2': 'application/soap+xml; charset=utf-8' } as const

/** `isFault` is for our own client, which reads answers by this as well. */
type ReadCall = Done<{ readonly element: XmlElement; readonly isFault: boolean }>

/** What to do about a document that is not taken, in the words of whoever wrote the program that sent it. */
const cures: { readonly [F in XmlFault]: string } = {
  'too large': 'the envelope is too large',
  'not UTF-8': 'only UTF-8 is read: send the envelope in UTF-8',
  'byte order mark': 'leave out the byte order mark',
  'markup declaration': 'no DOCTYPE is read: leave it out',
  'processing instruction': 'no processing instruction is read: leave it out',
  'xml declaration': 'the XML declaration has to say version 1.0 and UTF-8, as the first thing of all',
  entity: 'of entities only &amp; &lt; &gt; &quot; &apos; are read: write every other character itself',
  'too many line breaks': 'there are too many line breaks',
  'not well-formed': 'it is not well-formed XML',
  'too deep': 'its elements are nested too deep',
  'too many elements': 'it has too many elements',
  attribute:
    'an attribute is not read here: beside xmlns, xsi:nil, xsi:type, xsi:schemaLocation and encodingStyle leave them out, and the id of a signed body',
  'duplicate element': 'an element is there twice',
  'mixed content': 'text and elements stand side by side',
  'comment in text': 'a comment stands within a text: take the comment out',
  'CDATA beside text': 'CDATA stands beside other text: make the whole text one CDATA section, or none',
}

/** Why a call was not read, with the cure. */
export function cureOf(why: string): string {
  return new Map(Object.entries(cures)).get(why) ?? why
}

/** Body's one child. Headers that need not be understood are as if they were not there; no other is taken. */
export function readCall(bytes: Uint8Array, version: SoapVersion): ReadCall {
  const xml = readXml(bytes, typedXml)
  if (!xml.ok) return { ok: false, why: xml.fault }
  const isSoap = (element: XmlElement | undefined, local: string) =>
    element?.uri === envelopeNamespaces[version] && element.local === local
  const root = xml.value
  const other = version === '1.1' ? '1.2' : '1.1'
  if (root.uri === envelopeNamespaces[other])
    return { ok: false, why: `this is SOAP ${other}: send it as Content-Type ${contentTypes[other]}` }
  const [first, second, third] = root.children
  const body = second ?? first
  if (!isSoap(root, 'Envelope') || !isSoap(body, 'Body') || third || (second && !isSoap(first, 'Header')))
    return { ok: false, why: `no SOAP ${version} envelope, as the content type says` }
  // What is still there has to be understood.
  const [header] = second ? (first?.children ?? []) : []
  if (header)
    return {
      ok: false,
      why: `no header is understood here: leave out ${header.local.slice(0, 100)}, or its mustUnderstand`,
    }
  const [call, ...more] = body?.children ?? []
  if (!call || more.length > 0) return { ok: false, why: 'a body has exactly one child' }
  const isFault = isSoap(call, 'Fault')
  if (!isFault && call.uri !== adminNamespace) return { ok: false, why: `operations are of ${adminNamespace}` }
  return { ok: true, value: { element: call, isFault } }
}

/** A call as its envelope; the schema says how the value is written. */
export function writeCall(name: string, schema: z.core.$ZodType, value: unknown, version: SoapVersion): string {
  return envelope(version, topElement(name, schema, value))
}

/** The element with its namespace; names within need no prefix. */
function topElement(name: string, schema: z.core.$ZodType, value: unknown): string {
  return writeValue(name, schema, value).replace(/^<\w+/, (start) => `${start} xmlns="${adminNamespace}"`)
}

/** A fault as its envelope, with its kind as an element of the detail and words for people. */
export function writeFault(fault: AdminFault, version: SoapVersion): string {
  const detail = topElement(fault.kind, faultDetails[fault.kind], fault.detail)
  const reason = escaped(reasonOf(fault))
  // Sender or receiver: by this a program knows whether trying again may help.
  const isOurs = fault.kind === 'Internal' || fault.kind === 'Busy' || fault.kind === 'RateLimited'
  if (version === '1.1') {
    const code = isOurs ? 's:Server' : 's:Client'
    const inner = `<faultcode>${code}</faultcode><faultstring>${reason}</faultstring><detail>${detail}</detail>`
    return envelope(version, `<s:Fault>${inner}</s:Fault>`)
  }
  const code = `<s:Code><s:Value>${isOurs ? 's:Receiver' : 's:Sender'}</s:Value></s:Code>`
  const text = `<s:Reason><s:Text xml:lang="en">${reason}</s:Text></s:Reason>`
  return envelope(version, `<s:Fault>${code}${text}<s:Detail>${detail}</s:Detail></s:Fault>`)
}

function envelope(version: SoapVersion, content: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${envelopeNamespaces[version]}"><s:Body>${content}</s:Body></s:Envelope>`
}
