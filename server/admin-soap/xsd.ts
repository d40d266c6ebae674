/** zod's schemas as XML Schema: what typed-xml.ts reads and writes, for other programs. */
import type { z } from 'zod'
import { type Definition, definitionOf, fieldOf, isTime, metaOf, variantsOf } from './typed-xml.ts'

/** Complex types by name, for schemas that have one (`.meta({ id })`), in the order in which they were met. */
export type NamedTypes = Map<string, string>

/** An element of the schema's type; children of objects follow one another as in the declaration. */
export function elementXsd(name: string, schema: z.core.$ZodType, types: NamedTypes): string {
  const { of, isOptional, isList } = fieldOf(schema)
  const occurs = `${isOptional ? ' minOccurs="0"' : ''}${isList ? ' maxOccurs="unbounded"' : ''}`
  const definition = definitionOf(of)
  const simple = isTime(of) ? 'dateTime' : simpleType(definition)
  if (simple !== undefined) return `<xs:element name="${name}" type="xs:${simple}"${occurs}/>`
  const id = idOf(of)
  if (id === undefined) return `<xs:element name="${name}"${occurs}>${inlineType(definition, types)}</xs:element>`
  if (!types.has(id)) {
    // Its place is taken first: a type that names itself within would otherwise be described for ever.
    types.set(id, '')
    types.set(id, inlineType(definition, types).replace(/^<xs:(\w+)>/, `<xs:$1 name="${id}">`))
  }
  return `<xs:element name="${name}" type="k:${id}"${occurs}/>`
}

function idOf(schema: z.core.$ZodType): string | undefined {
  const id = metaOf(schema, 'id')
  return typeof id === 'string' ? id : undefined
}

function simpleType(definition: Definition): string | undefined {
  if (definition.type === 'number') return 'long'
  if (definition.type === 'boolean') return 'boolean'
  const format = definition.type === 'string' && 'format' in definition ? definition.format : undefined
  if (format === 'base64') return 'base64Binary'
  const isText = definition.type === 'string' || (definition.type === 'union' && !variantsOf(definition))
  return isText ? 'string' : undefined
}

function inlineType(definition: Definition, types: NamedTypes): string {
  if (definition.type === 'object') return sequence(definition.shape, types)
  if (definition.type === 'enum') {
    const values = Object.values(definition.entries).map((value) => `<xs:enumeration value="${value}"/>`)
    return `<xs:simpleType><xs:restriction base="xs:string">${values.join('')}</xs:restriction></xs:simpleType>`
  }
  const variants = variantsOf(definition)
  // A form that is not written here is a declaration that nobody could call: seen when the program starts.
  if (!variants) throw new Error(`no XML for ${definition.type}`)
  const choices = variants.all.map(
    ({ element, shape }) => `<xs:element name="${element}">${sequence(shape, types)}</xs:element>`,
  )
  return `<xs:complexType><xs:choice>${choices.join('')}</xs:choice></xs:complexType>`
}

function sequence(shape: z.core.$ZodShape, types: NamedTypes): string {
  const elements = Object.entries(shape).map(([name, schema]) => elementXsd(name, schema, types))
  return `<xs:complexType><xs:sequence>${elements.join('')}</xs:sequence></xs:complexType>`
}
