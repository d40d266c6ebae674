import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'
import { operations } from '../../shared/soap/operations.ts'
import { wsdl } from './wsdl.ts'

test('well-formed with namespaces; every field of every operation is described', () => {
  const elements: string[] = []
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', (tag) => {
    const name = tag.attributes.name?.value
    if (tag.uri === 'http://www.w3.org/2001/XMLSchema' && tag.local === 'element' && name !== undefined)
      elements.push(name)
  })
  parser.write(wsdl('https://a.example/kith/soap?x=1&y="<')).close()
  for (const [name, { request, response }] of Object.entries(operations)) {
    for (const [suffix, schema] of [
      ['Request', request],
      ['Response', response],
    ] as const) {
      const at = elements.indexOf(`${name}${suffix}`)
      const fields = Object.keys(schema.shape)
      expect(elements.slice(at + 1, at + 1 + fields.length)).toEqual(fields)
    }
  }
})
