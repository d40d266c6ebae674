import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Change, changeSchema } from '../../shared/administration/change.ts'
import { typedXml } from '../../shared/soap/limits.ts'
import { readXml } from '../../shared/soap/xml.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { readCall, writeCall } from './envelope.ts'
import { adminOperations } from './operations.ts'
import { adminNamespace, readValue } from './typed-xml.ts'
import { adminWsdl } from './wsdl.ts'

const form = z.strictObject({
  text: z.string(),
  number: z.number().int().optional(),
  flag: z.boolean().optional(),
  list: z.array(z.string()).optional(),
  inner: z.array(z.strictObject({ name: z.string() })),
})

function read(inner: string, schema: z.ZodType = form) {
  const call = readCall(
    utf8(
      `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Call xmlns="${adminNamespace}" xmlns:k="${adminNamespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:o="urn:other">${inner}</Call></s:Body></s:Envelope>`,
    ),
    '1.1',
  )
  return call.ok ? readValue(schema, call.value.element) : call
}

describe('values from elements', () => {
  it('reads nested, repeated and typed elements in any order', () => {
    const inner =
      '<k:inner><name>a</name></k:inner><flag> 1 </flag><inner><name>b</name></inner><number>-12</number><text> x </text>'
    const value = { text: ' x ', number: -12, flag: true, inner: [{ name: 'a' }, { name: 'b' }] }
    expect(read(inner)).toEqual({ ok: true, value })
  })

  it('takes one empty element as an empty list, and none as not given', () => {
    expect(read('<text>x</text><list/>')).toMatchObject({ value: { list: [] } })
    expect(read('<text>x</text>')).toEqual({ ok: true, value: { text: 'x', inner: [] } })
  })

  it('takes xsi:nil as absent and xsi:type as nothing', () => {
    const inner = '<text xsi:type="o:any">x</text><number xsi:nil="true"/><list xsi:nil="1"/>'
    expect(read(inner)).toEqual({ ok: true, value: { text: 'x', inner: [] } })
  })

  it.each([
    ['comments between elements', '<!--Optional:--><text>x</text><!-- <text>y</text> &lol; <?php?> -->'],
    ['a whole text as CDATA', '<text><![CDATA[x]]></text>'],
    ['where a schema lies', '<text xsi:schemaLocation="a b" xsi:noNamespaceSchemaLocation="c">x</text>'],
    ['the style of an encoding', '<text s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">x</text>'],
  ])('takes %s for what it is: nothing', (_, inner) => {
    expect(read(inner)).toEqual({ ok: true, value: { text: 'x', inner: [] } })
  })

  it('reads markup within CDATA as the signs that it is written with', () => {
    const signs = '</text><text>&amp;&lol;<!-- --><?php?>'
    expect(read(`<text><![CDATA[${signs}]]></text>`)).toEqual({ ok: true, value: { text: signs, inner: [] } })
  })

  it.each([
    ['<text>x</text><text>y</text>', 'text', 'it is given twice'],
    ['<text>x</text><other>y</other>', '', 'there is no element "other" here'],
    ['<text>x</text><o:number>1</o:number>', '', 'there is no element "number" here'],
    ['<__proto__>x</__proto__>', '', 'there is no element "__proto__" here'],
    ['<constructor>x</constructor>', '', 'there is no element "constructor" here'],
    ['<text><name>x</name></text>', 'text', 'text is needed, not elements'],
    ['<number>1e9</number>', 'number', 'a whole number is needed'],
    ['<number>99999999999999999999</number>', 'number', 'a whole number is needed'],
    ['<number></number>', 'number', 'a whole number is needed'],
    ['<flag>yes</flag>', 'flag', 'true or false is needed'],
    ['<inner><name>a</name></inner><inner>text</inner>', 'inner.1', 'elements are needed, not text'],
  ])('%s is refused with its place', (inner, place, why) => {
    expect(read(inner)).toEqual({ ok: false, fault: { place, why } })
  })

  it.each([
    ['<text id="1">x</text>', 'attribute'],
    ['<text o:nil="true">x</text>', 'attribute'],
    ['<text s:mustUnderstand="1">x</text>', 'attribute'],
    ['<text xml:lang="en">x</text>', 'attribute'],
    ['<!DOCTYPE x><text>x</text>', 'markup declaration'],
    ['<!ENTITY x "y"><text>x</text>', 'markup declaration'],
    ['<![cdata[x]]>', 'markup declaration'],
    ['<!-- <text>x</text>', 'markup declaration'],
    ['<text><![CDATA[x</text>', 'markup declaration'],
    ['<!-- a -- b --><text>x</text>', 'not well-formed'],
    // Some programs see two texts, and take the first.
    ['<text>a<!-- -->b</text>', 'comment in text'],
    ['<text><!-- a -->b</text>', 'comment in text'],
    ['<text><![CDATA[a]]><!-- --></text>', 'comment in text'],
    ['<text>a<![CDATA[b]]></text>', 'CDATA beside text'],
    ['<text><![CDATA[a]]>b</text>', 'CDATA beside text'],
    ['<text><![CDATA[a]]><![CDATA[b]]></text>', 'CDATA beside text'],
    ['<text><![CDATA[a]]>&amp;</text>', 'CDATA beside text'],
    ['<![CDATA[x]]><text>x</text>', 'mixed content'],
    ['<?php x?>', 'processing instruction'],
    ['<text>&lol;</text>', 'entity'],
    ['<text>&#65;</text>', 'entity'],
    ['<text>a<list/>b</text>', 'mixed content'],
    [`${'<k:inner>'.repeat(15)}${'</k:inner>'.repeat(15)}`, 'too deep'],
  ])('%s is refused', (inner, why) => {
    expect(read(inner)).toEqual({ ok: false, why })
  })

  it('refuses more elements and bytes than it takes, in time that grows with them', () => {
    const many = '<inner/>'.repeat(typedXml.maxElements + 1)
    expect(read(many)).toEqual({ ok: false, why: 'too many elements' })
    const large = readXml(new Uint8Array(typedXml.maxBytes + 1), typedXml)
    expect(large).toEqual({ ok: false, fault: 'too large' })
  })
})

describe('changes as a choice of elements', () => {
  const batch = adminOperations.find(({ name }) => name === 'RunChanges')
  const schema = batch?.input ?? z.strictObject({})

  it('comes back as it was written, whatever the texts', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((one) => one.toWellFormed())
    const plain = text.filter((one) => !/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(one))
    const change = fc.oneof(
      fc.record({ op: fc.constant('group.put'), group: fc.constant('g'), title: plain }),
      fc.record({
        op: fc.constant('contact.set'),
        user: plain,
        address: plain,
        changes: fc.record({ remark: plain, groups: fc.array(plain, { minLength: 2 }) }),
      }),
      fc.record({ op: fc.constant('policy.set'), changes: fc.record({ everyone: fc.boolean() }) }),
    )
    fc.assert(
      fc.property(fc.array(change, { minLength: 1 }), (changes) => {
        const read = readCall(utf8(writeCall('RunChanges', schema, { changes }, '1.2')), '1.2')
        expect(read.ok && readValue(schema, read.value.element)).toEqual({ ok: true, value: { changes } })
      }),
    )
  })

  it('hands a time on as text, which only a date fits: digits alone may be seconds or milliseconds', () => {
    const set = (expires: string) =>
      read(
        `<changes><userSet><user>u</user><changes><expires>${expires}</expires></changes></userSet></changes>`,
        schema,
      )
    const changes = (expires: unknown) => [{ op: 'user.set', user: 'u', changes: { expires } }]
    expect(set('1893456000000')).toEqual({ ok: true, value: { changes: changes('1893456000000') } })
    expect(schema.safeParse({ changes: changes('1893456000000') }).success).toBe(false)
    expect(schema.safeParse({ changes: changes('2031-01-31') }).success).toBe(true)
    expect(set('2031-01-31')).toEqual({ ok: true, value: { changes: changes('2031-01-31') } })
  })

  it('takes exactly one element of a known change, and no origin', () => {
    const given = (inner: string) => read(`<changes>${inner}</changes>`, schema)
    expect(given('<groupPut><group>g</group><title>t</title></groupPut>')).toMatchObject({ ok: true })
    const why = 'exactly one of the known elements is needed'
    for (const inner of ['<groupPut/><groupPut/>', '<op>x</op>', '<toString/>', '<o:groupPut/>'])
      expect(given(inner)).toEqual({ ok: false, fault: { place: 'changes.0', why } })
    expect(given('<contactAdd><from/></contactAdd>')).toMatchObject({
      ok: false,
      fault: { place: 'changes.0.contactAdd' },
    })
  })

  it('has an element for every change that there is', () => {
    const wsdl = adminWsdl(adminOperations, 'https://h.example/kith/admin')
    const ops: readonly Change['op'][] = changeSchema.options.map(({ shape }) => shape.op.value)
    for (const op of ops)
      expect(wsdl).toContain(`<xs:element name="${op.replace(/\.(.)/, (_, one) => one.toUpperCase())}">`)
    for (const { name } of adminOperations) expect(wsdl).toContain(`<operation name="${name}"><input`)
  })
})

it('what nobody can write in XML does not break an answer', () => {
  const schema = z.strictObject({ text: z.string() })
  const written = writeCall('Call', schema, { text: '\u0000\ud800]]>&<\r"' }, '1.1')
  const back = readCall(utf8(written), '1.1')
  expect(back.ok && back.value.element.children[0]?.text).toBe('\ufffd\ufffd]]>&<\ufffd"')
})
