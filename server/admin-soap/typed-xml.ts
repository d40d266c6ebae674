/**
 * zod's schemas as XML: how a value is read from elements and written as such. With xsd.ts, which describes the same in a
 * WSDL, all that is known of an operation's form follows from its one declaration.
 *
 * Objects are elements with children, arrays are repeated elements (one empty element: an empty array), a union with a
 * discriminator is the one child that is named by it, and what is absent is left out.
 */

import type { z } from 'zod'
import type { Checked } from '../../shared/failures.ts'
import { momentOf, momentWords } from '../../shared/moment.ts'
import type { XmlElement } from '../../shared/soap/xml.ts'
import { escapeXml, writableInXml } from '../../shared/text/xml-text.ts'

/** Namespace of every element in calls, answers and the WSDL. */
export const adminNamespace = 'urn:kith:admin:1'

/** What zod keeps of a schema's form. */
export type Definition = z.core.$ZodTypes['_zod']['def']

/** What zod knows of a schema; the one place that looks inside. */
export function definitionOf(schema: z.core.$ZodType): Definition {
  return (schema as z.ZodType).def as Definition
}

/** Whether a number is a time, which XML has as `xs:dateTime`. */
export function isTime(schema: z.core.$ZodType): boolean {
  return metaOf(schema, 'format') === 'time'
}

/** What a schema says of itself under that name. */
export function metaOf(schema: z.core.$ZodType, name: string): unknown {
  const meta: unknown = 'meta' in schema && typeof schema.meta === 'function' ? schema.meta() : undefined
  return fieldIn(meta, name)
}

/** A field's schema without what says that it may be absent or repeated. */
export function fieldOf(schema: z.core.$ZodType): {
  readonly of: z.core.$ZodType
  readonly isOptional: boolean
  readonly isList: boolean
} {
  const definition = definitionOf(schema)
  if (definition.type === 'optional') return { ...fieldOf(definition.innerType), isOptional: true }
  if (definition.type === 'nonoptional') return { ...fieldOf(definition.innerType), isOptional: false }
  if (definition.type === 'array') return { of: definition.element, isOptional: true, isList: true }
  return { of: schema, isOptional: false, isList: false }
}

type Variant = { readonly element: string; readonly value: string; readonly shape: z.core.$ZodShape }

/** The alternatives of a discriminated union: `contact.add` is the element `contactAdd`. Undefined where it is none. */
export function variantsOf(
  definition: Definition,
): { readonly by: string; readonly all: readonly Variant[] } | undefined {
  if (definition.type !== 'union' || !('discriminator' in definition)) return undefined
  const by = String(definition.discriminator)
  const all = definition.options.map((option): Variant => {
    const inner = definitionOf(option)
    if (inner.type !== 'object') throw new Error('an alternative that is no object')
    const { [by]: key, ...shape } = inner.shape
    const literal = key && definitionOf(key)
    const value = literal?.type === 'literal' ? String(literal.values[0]) : ''
    return { element: value.replace(/\.(\w)/g, (_dot, letter: string) => letter.toUpperCase()), value, shape }
  })
  return { by, all }
}

/** `place`: path of the element that does not fit, with dots. */
type ReadValue = Checked<unknown, { readonly place: string; readonly why: string }>

class Misread extends Error {
  readonly place: string
  constructor(place: string, why: string) {
    super(why)
    this.place = place
  }
}

/** An element as the schema's plain value, which zod has yet to check. */
export function readValue(schema: z.core.$ZodType, element: XmlElement): ReadValue {
  try {
    return { ok: true, value: valueIn(schema, element, '') }
  } catch (error) {
    if (error instanceof Misread) return { ok: false, fault: { place: error.place, why: error.message } }
    throw error
  }
}

function valueIn(schema: z.core.$ZodType, element: XmlElement, place: string): unknown {
  const definition = definitionOf(schema)
  if (definition.type === 'object') return recordOf(definition.shape, element, place)
  const variants = variantsOf(definition)
  if (variants) {
    const [chosen, ...more] = element.children
    const variant = variants.all.find((one) => one.element === chosen?.local && chosen.uri === adminNamespace)
    if (!chosen || !variant || more.length > 0) throw new Misread(place, 'exactly one of the known elements is needed')
    return { [variants.by]: variant.value, ...recordOf(variant.shape, chosen, below(place, chosen.local)) }
  }
  if (element.children.length > 0) throw new Misread(place, 'text is needed, not elements')
  return isTime(schema) ? timeOf(element.text, place) : scalarOf(definition, element.text, place)
}

function timeOf(text: string, place: string): number {
  const time = momentOf(text.trim())
  if (time === undefined) throw new Misread(place, momentWords)
  return time
}

/** As XML Schema reads them: white space around numbers and truths means nothing. */
function scalarOf({ type }: Definition, text: string, place: string): unknown {
  const trimmed = text.trim()
  if (type === 'number') {
    // At most 15 digits: all of them are exact as JavaScript's numbers.
    if (!/^[+-]?\d{1,15}$/.test(trimmed)) throw new Misread(place, 'a whole number is needed')
    return Number(trimmed)
  }
  // Of a time only the text: digits alone may be seconds, milliseconds or a day.
  if (type === 'union') return trimmed
  if (type !== 'boolean') return text
  if (trimmed === 'true' || trimmed === '1') return true
  if (trimmed === 'false' || trimmed === '0') return false
  throw new Misread(place, 'true or false is needed')
}

function recordOf(shape: z.core.$ZodShape, element: XmlElement, place: string): Readonly<Record<string, unknown>> {
  if (element.children.length === 0 && element.text.trim() !== '')
    throw new Misread(place, 'elements are needed, not text')
  for (const { uri, local } of element.children) {
    if (uri !== adminNamespace || !Object.hasOwn(shape, local))
      throw new Misread(place, `there is no element ${JSON.stringify(local.slice(0, 50))} here`)
  }
  const given = Map.groupBy(element.children, ({ local }) => local)
  const fields = Object.entries(shape).flatMap(([name, schema]) => {
    const found = given.get(name) ?? []
    const { of, isList, isOptional } = fieldOf(schema)
    const [first, second] = found
    const at = below(place, name)
    if (isList)
      return first || !isOptional || definitionOf(schema).type === 'array' ? [[name, listOf(of, found, at)]] : []
    if (second) throw new Misread(at, 'it is given twice')
    return first ? [[name, valueIn(of, first, at)]] : []
  })
  return Object.fromEntries(fields)
}

function listOf(of: z.core.$ZodType, found: readonly XmlElement[], place: string): readonly unknown[] {
  const [only] = found
  // `groups=[""]` is how toolkits say "none of them"; without it an empty list could not be told from an absent one.
  if (found.length === 1 && only && only.children.length === 0 && only.text === '') return []
  return found.map((element, index) => valueIn(of, element, `${place}.${index}`))
}

function below(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`
}

/** A value as elements of this name; nothing where it is undefined. The schema's order is the order of elements. */
export function writeValue(name: string, schema: z.core.$ZodType, value: unknown): string {
  const { of, isList } = fieldOf(schema)
  if (value === undefined) return ''
  if (isList && Array.isArray(value)) return value.map((one) => writeOne(name, of, one)).join('')
  return writeOne(name, of, value)
}

function writeOne(name: string, schema: z.core.$ZodType, value: unknown): string {
  const definition = definitionOf(schema)
  if (definition.type === 'object') return `<${name}>${writeFields(definition.shape, value)}</${name}>`
  const variants = variantsOf(definition)
  const chosen = variants?.all.find((one) => one.value === fieldIn(value, variants.by))
  if (chosen) return `<${name}><${chosen.element}>${writeFields(chosen.shape, value)}</${chosen.element}></${name}>`
  const text = isTime(schema) && typeof value === 'number' ? new Date(value).toISOString() : String(value)
  return `<${name}>${escaped(text)}</${name}>`
}

function writeFields(shape: z.core.$ZodShape, value: unknown): string {
  // In the declaration's order, not the value's: XML Schema's sequence means exactly that.
  return Object.entries(shape)
    .map(([field, inner]) => writeValue(field, inner, fieldIn(value, field)))
    .join('')
}

function fieldIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** Escaped text in which nothing can break an answer, whatever a person once typed. */
export function escaped(text: string): string {
  return escapeXml(writableInXml(text))
}
