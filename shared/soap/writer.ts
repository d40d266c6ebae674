/** The one writer of SOAP envelopes, for both ends (protocol.md section 4). */

import { escapeXml, writableInXml } from '../text/xml-text.ts'
import { isReceiverFault, plainReason, type SoapFault } from './faults.ts'
import { kithNamespace, soapNamespace } from './namespaces.ts'

type EnvelopeContent = {
  /** Local name of Body's child. */
  readonly operation: string
  readonly fields: ReadonlyMap<string, string>
  /** Fields of `k:ctx`. */
  readonly header?: ReadonlyMap<string, string>
}

/** An envelope's text. Throws on a name or a value that XML cannot hold: a bug here, never input. */
export function writeEnvelope({ operation, fields, header }: EnvelopeContent): string {
  const context = header ? `<s:Header>${element('ctx', header)}</s:Header>` : ''
  return envelope(`${context}<s:Body>${element(operation, fields)}</s:Body>`)
}

/** A fault's envelope. */
export function writeFault(fault: SoapFault): string {
  const { code, reason, retryAfter, why, now, minClient } = fault
  const value = isReceiverFault(code) ? 's:Receiver' : 's:Sender'
  const facts = Object.entries({ retryAfter, why, now, minClient }).filter(([, fact]) => fact !== undefined)
  const detail = facts.map(([local, fact]) => leaf(local, String(fact))).join('')
  return envelope(
    `<s:Body><s:Fault xmlns:k="${kithNamespace}">` +
      `<s:Code><s:Value>${value}</s:Value><s:Subcode><s:Value>k:${code}</s:Value></s:Subcode></s:Code>` +
      `<s:Reason><s:Text xml:lang="en">${escaped(plainReason(reason ?? code))}</s:Text></s:Reason>` +
      `${detail === '' ? '' : `<s:Detail>${detail}</s:Detail>`}</s:Fault></s:Body>`,
  )
}

function envelope(content: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${soapNamespace}">${content}</s:Envelope>`
}

function element(local: string, fields: ReadonlyMap<string, string>): string {
  const leaves = [...fields].map(([name, text]) => leaf(name, text)).join('')
  return `<k:${word(local)} xmlns:k="${kithNamespace}">${leaves}</k:${local}>`
}

function leaf(local: string, text: string): string {
  return `<k:${word(local)}>${escaped(text)}</k:${local}>`
}

function word(local: string): string {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(local)) throw new Error(`not an element name: ${local}`)
  return local
}

/** Text with the five entities. */
function escaped(text: string): string {
  // Altered silently, the text would no longer be what was signed.
  if (writableInXml(text) !== text) throw new Error('a field that XML cannot hold')
  return escapeXml(text)
}
