/** SOAP 1.1 and 1.2 envelopes of the administration service, read and written by the declarations. */

import type { z } from 'zod'
import { typedXml } from '../../shared/soap/limits.ts'
import { readXml, type XmlElement } from '../../shared/soap/xml.ts'
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

/** Body's one child. A header may hold nothing: none is understood. */
export function readCall(bytes: Uint8Array, version: SoapVersion): ReadCall {
  const xml = readXml(bytes, typedXml)
  if (!xml.ok) return { ok: false, why: xml.fault }
  const isSoap = (element: XmlElement | undefined, local: string) =>
    element?.uri === envelopeNamespaces[version] && element.local === local
  const root = xml.value
  // An empty header is let pass: many toolkits always send one. What it held would have to be understood.
  const [first, second, third] = root.children
  const body = second ?? first
  if (!isSoap(root, 'Envelope') || !isSoap(body, 'Body') || third)
    return { ok: false, why: `no SOAP ${version} envelope, as the content type says` }
  if (second && (!isSoap(first, 'Header') || first?.children.length !== 0))
    return { ok: false, why: 'no header is understood here' }
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
