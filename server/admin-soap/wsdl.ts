/** The service's description, made from the operations' declarations: WSDL 1.1, document/literal wrapped, SOAP 1.1 and 1.2. */
import type { Operation } from '../administration/operations/operation.ts'
import { type FaultKind, faultDetails } from './faults.ts'
import { adminNamespace, escaped } from './typed-xml.ts'
import { elementXsd, type NamedTypes } from './xsd.ts'

/** Every operation may end in each of them. */
const faultKinds = Object.keys(faultDetails) as FaultKind[]

/** `address`: where to post. */
export function adminWsdl(operations: readonly Operation[], address: string): string {
  const names = operations.map(({ name }) => name)
  // Document/literal wrapped: every message has one part, the element that is named after the operation.
  const messages = [...names.flatMap((name) => [name, `${name}Response`]), ...faultKinds].map(message)
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions name="KithAdministration" targetNamespace="${adminNamespace}" xmlns="http://schemas.xmlsoap.org/wsdl/"
  xmlns:k="${adminNamespace}" xmlns:soap11="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<types>
<xs:schema targetNamespace="${adminNamespace}" elementFormDefault="qualified">
${schemaOf(operations).join('\n')}
</xs:schema>
</types>
${messages.join('\n')}
<portType name="Administration">
${names.map(portOperation).join('\n')}
</portType>
${binding('soap11', names)}
${binding('soap12', names)}
<service name="Administration">
${['soap11', 'soap12'].map((soap) => port(soap, address)).join('\n')}
</service>
</definitions>
`
}

function schemaOf(operations: readonly Operation[]): readonly string[] {
  const types: NamedTypes = new Map()
  const elements = operations.flatMap((one) => [
    elementXsd(one.name, one.input, types),
    elementXsd(`${one.name}Response`, one.wire, types),
  ])
  const faults = faultKinds.map((kind) => elementXsd(kind, faultDetails[kind], types))
  return [...types.values(), ...elements, ...faults]
}

function message(name: string): string {
  return `<message name="${name}"><part name="parameters" element="k:${name}"/></message>`
}

function portOperation(name: string): string {
  const faults = faultKinds.map((kind) => `<fault name="${kind}" message="k:${kind}"/>`).join('')
  return `<operation name="${name}"><input message="k:${name}"/><output message="k:${name}Response"/>${faults}</operation>`
}

/** How one version of SOAP carries the operations; `soap` is its prefix here and its port's name. */
function binding(soap: string, names: readonly string[]): string {
  const body = `<${soap}:body use="literal"/>`
  const faults = faultKinds
    .map((kind) => `<fault name="${kind}"><${soap}:fault name="${kind}" use="literal"/></fault>`)
    .join('')
  const operations = names.map(
    (name) =>
      `<operation name="${name}"><${soap}:operation soapAction="${adminNamespace}:${name}" style="document"/>` +
      `<input>${body}</input><output>${body}</output>${faults}</operation>`,
  )
  return `<binding name="${soap}" type="k:Administration"><${soap}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
${operations.join('\n')}
</binding>`
}

function port(soap: string, address: string): string {
  return `<port name="${soap}" binding="k:${soap}"><${soap}:address location="${escaped(address)}"/></port>`
}
