import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { XmlElement } from '../../shared/soap/xml.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { envelopeNamespaces, readCall, type SoapVersion, cureOf } from './envelope.ts'
import { adminNamespace } from './typed-xml.ts'

const call = `<GetPolicy xmlns="${adminNamespace}"/>`
const addressing = '<w:Action xmlns:w="http://www.w3.org/2005/08/addressing" w:Id="a" xml:lang="en">x</w:Action>'

function envelope({ header = '', body = call, version = '1.1' as SoapVersion, before = '', attributes = '' }): string {
  return `${before}<s:Envelope xmlns:s="${envelopeNamespaces[version]}"${attributes}>${header}<s:Body>${body}</s:Body></s:Envelope>`
}

function read(text: string | Uint8Array, version: SoapVersion = '1.1'): string {
  const done = readCall(typeof text === 'string' ? utf8(text) : text, version)
  return done.ok ? done.value.element.local : cureOf(done.why)
}

describe('what other programs write and nobody needs is taken', () => {
  it.each([
    ['a byte order mark', { before: '\ufeff<?xml version="1.0" encoding="utf-8"?>' }],
    [
      'comments around everything',
      { before: '<?xml version="1.0"?><!-- SoapUI --> ', header: '<!--a--><s:Header/><!--b-->' },
    ],
    ['a comment in a header', { header: '<s:Header><!--Optional:--></s:Header>' }],
    ['headers that need not be understood', { header: `<s:Header>${addressing}${addressing}</s:Header>` }],
    ['one that says so', { header: `<s:Header><x mustUnderstand="0">a<b c="d">e</b><![CDATA[<f>]]></x></s:Header>` }],
    [
      'a schema location and an encoding style',
      {
        attributes:
          ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"',
      },
    ],
  ])('%s', (_, parts) => {
    for (const version of ['1.1', '1.2'] as const)
      expect(read(envelope({ ...parts, version }), version)).toBe('GetPolicy')
  })
})

describe('what is not taken says what to do', () => {
  const security = (more: string) =>
    `<s:Header><o:Security ${more} xmlns:o="urn:oasis"><o:Token Type="x"/></o:Security></s:Header>`
  it.each([
    ['a header that must be understood', envelope({ header: security('s:mustUnderstand="1"') }), /leave out Security/],
    ['one that says it otherwise', envelope({ header: security('s:mustUnderstand="true"') }), /leave out Security/],
    ['one that says it unclearly', envelope({ header: security('s:mustUnderstand=" yes"') }), /leave out Security/],
    [
      'one beside others',
      envelope({ header: `<s:Header>${addressing}<x s:mustUnderstand="1"/></s:Header>` }),
      /leave out x/,
    ],
    ['a document type', envelope({ before: '<!DOCTYPE a>' }), /DOCTYPE.*leave it out/],
    ['an entity', envelope({ body: '&nbsp;' }), /write every other character itself/],
    ['an attribute', envelope({ attributes: ' id="1"' }), /leave them out/],
    ['another version', envelope({ version: '1.2' }), /send it as Content-Type application\/soap\+xml/],
    ['another declaration', envelope({ before: '<?xml version="1.0" encoding="GBK"?>' }), /UTF-8/],
    ['UTF-16', Buffer.from(`\ufeff${envelope({})}`, 'utf16le'), /in UTF-8/],
    ['two marks', envelope({ before: '\ufeff\ufeff' }), /byte order mark/],
    ['a second header', envelope({ header: '<s:Header/><s:Header/>' }), /no SOAP 1\.1 envelope/],
    ['a header behind the body', envelope({}).replace('</s:Body>', '</s:Body><s:Header/>'), /no SOAP 1\.1 envelope/],
  ])('%s', (_, text, words) => {
    expect(read(text)).toMatch(words)
  })

  it('only in a header anything may stand, and only in the one of the envelope', () => {
    const odd = '<x a="b">text<y/>text</x>'
    expect(read(envelope({ header: `<s:Header>${odd}</s:Header>` }))).toBe('GetPolicy')
    for (const body of [odd, `<s:Header>${odd}</s:Header>`, `${call}<s:Header>${odd}</s:Header>`])
      expect(read(envelope({ body }))).toMatch(/attribute/)
    expect(read(envelope({ header: `<s:Header>${odd.repeat(200_000)}</s:Header>` }))).toMatch(/too many elements/)
  })
})

function treeOf({ uri, local, text, children }: XmlElement): unknown {
  return { uri, local, text, children: children.map(treeOf) }
}

it('is never an exception, and never more than one reading, whatever is put together', () => {
  const piece = fc.constantFrom(
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<x>',
    '</x>',
    '<?',
    '?>',
    '&amp;',
    '&',
    '<!',
    'a',
    ' ',
    '"',
    '>',
    '\0',
  )
  const parts = fc.array(piece, { maxLength: 12 }).map((some) => some.join(''))
  fc.assert(
    fc.property(parts, parts, (inner, header) => {
      const text = envelope({
        header: `<s:Header>${header}</s:Header>`,
        body: `<GetPolicy xmlns="${adminNamespace}">${inner}</GetPolicy>`,
      })
      const done = readCall(utf8(text), '1.1')
      if (!done.ok) return
      // What was taken is one call, whose text nothing parts.
      expect(done.value.element.local).toBe('GetPolicy')
      const bare = inner.replace(/<!--.*?-->|<!\[CDATA\[(.*?)\]\]>/gs, (_, section = '') =>
        String(section).replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
      )
      const body = `<GetPolicy xmlns="${adminNamespace}">${bare}</GetPolicy>`
      const plain = readCall(utf8(envelope({ body })), '1.1')
      expect(plain.ok && treeOf(plain.value.element)).toEqual(treeOf(done.value.element))
    }),
    { numRuns: 3_000 },
  )
})
