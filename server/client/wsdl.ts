/** The service's description for other SOAP programs: fixed, made from the same table of operations as the reader. */
import { kithNamespace } from '../../shared/soap/namespaces.ts'
import { operations } from '../../shared/soap/operations.ts'
import { escapeXml } from '../../shared/text/xml-text.ts'

const names = Object.keys(operations)

type Field = { readonly name: string; readonly optional: boolean }

function fieldsOf(
  shape: Readonly<Record<string, { readonly optin?: unknown; safeParse(value: unknown): { success: boolean } }>>,
): readonly Field[] {
  return Object.entries(shape).map(([name, schema]) => ({ name, optional: schema.safeParse(undefined).success }))
}

function element(name: string, fields: readonly Field[]): string {
  const lines = fields.map(
    (field) => `          <xs:element name="${field.name}" type="xs:string"${field.optional ? ' minOccurs="0"' : ''}/>`,
  )
  return [
    `      <xs:element name="${name}">`,
    '        <xs:complexType><xs:sequence>',
    ...lines,
    '        </xs:sequence></xs:complexType>',
    '      </xs:element>',
  ].join('\n')
}

function elements(): string {
  const context = element('ctx', [
    { name: 'sid', optional: true },
    { name: 'dev', optional: false },
    { name: 'sig', optional: false },
  ])
  const calls = Object.entries(operations).flatMap(([name, { request, response }]) => [
    element(`${name}Request`, fieldsOf(request.shape)),
    element(`${name}Response`, fieldsOf(response.shape)),
  ])
  return [context, ...calls].join('\n')
}

function messages(): string {
  const parts = names.flatMap((name) => [`${name}Request`, `${name}Response`])
  return [...parts, 'ctx']
    .map(
      (part) =>
        `  <message name="${part}"><part name="${part === 'ctx' ? 'ctx' : 'body'}" element="k:${part}"/></message>`,
    )
    .join('\n')
}

function portOperation(name: string): string {
  return `    <operation name="${name}"><input message="k:${name}Request"/><output message="k:${name}Response"/></operation>`
}

function boundOperation(name: string): string {
  // Hello comes before there is a device that could sign.
  const header = name === 'Hello' ? '' : '<soap:header message="k:ctx" part="ctx" use="literal"/>'
  return [
    `    <operation name="${name}">`,
    `      <soap:operation soapAction="${kithNamespace}:${name}" style="document"/>`,
    `      <input>${header}<soap:body use="literal"/></input>`,
    '      <output><soap:body use="literal"/></output>',
    '    </operation>',
  ].join('\n')
}

/** WSDL 1.1 with the SOAP 1.2 binding, document/literal. `address`: where to post. */
export function wsdl(address: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions name="Kith" targetNamespace="${kithNamespace}" xmlns="http://schemas.xmlsoap.org/wsdl/"
  xmlns:k="${kithNamespace}" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <types>
    <xs:schema targetNamespace="${kithNamespace}" elementFormDefault="qualified">
${elements()}
    </xs:schema>
  </types>
${messages()}
  <portType name="Whitelist">
${names.map(portOperation).join('\n')}
  </portType>
  <binding name="WhitelistSoap12" type="k:Whitelist">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
${names.map(boundOperation).join('\n')}
  </binding>
  <service name="Kith">
    <port name="WhitelistSoap12" binding="k:WhitelistSoap12"><soap:address location="${escapeXml(address)}"/></port>
  </service>
</definitions>
`
}
