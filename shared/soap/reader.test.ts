import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../whitelist/bytes/encoding.ts'
import { maxEnvelopeBytes } from './limits.ts'
import { readEnvelope } from './reader.ts'
import { writeEnvelope } from './writer.ts'

const soap = 'http://www.w3.org/2003/05/soap-envelope'
const read = (text: string) => readEnvelope(utf8(text))
const envelope = (body: string, header = '') =>
  `<s:Envelope xmlns:s="${soap}">${header}<s:Body>${body}</s:Body></s:Envelope>`
const call = (inner: string) => envelope(`<k:SyncRequest xmlns:k="urn:kith:wl:1">${inner}</k:SyncRequest>`)
const refused = (reason: string) => ({ ok: false, refused: true, fault: { code: 'BadRequest', reason } })

describe('an envelope as protocol 4 shows it', () => {
  const example = `<s:Envelope xmlns:s="${soap}"><s:Header><k:ctx xmlns:k="urn:kith:wl:1">
 <k:sid>session</k:sid><k:dev>d1</k:dev><k:sig>AAAA</k:sig></k:ctx></s:Header>
 <s:Body><k:SyncRequest xmlns:k="urn:kith:wl:1"><k:b>AAAA</k:b></k:SyncRequest></s:Body></s:Envelope>`

  it('gives header, operation and fields as Maps', () => {
    const expected = {
      ok: true,
      header: new Map([
        ['sid', 'session'],
        ['dev', 'd1'],
        ['sig', 'AAAA'],
      ]),
      operation: 'SyncRequest',
      fields: new Map([['b', 'AAAA']]),
    }
    expect(read(example)).toEqual(expected)
    expect(read(`<?xml version="1.0" encoding="UTF-8" standalone='yes'?>\n${example}`)).toEqual(expected)
    expect(read(`<?xml version='1.0' encoding='utf-8'?>${example}`)).toEqual(expected)
  })

  it('may use other prefixes, no prefix, and an empty header', () => {
    const other = `<Envelope xmlns="${soap}"><Header/><Body><x xmlns="urn:kith:wl:1"><b>1</b></x></Body></Envelope>`
    expect(read(other)).toEqual({ ok: true, header: new Map(), operation: 'x', fields: new Map([['b', '1']]) })
  })

  it('resolves the five entities, in text only', () => {
    expect(read(call('<k:b>&lt;&gt;&amp;&quot;&apos;&amp;lt;</k:b>'))).toMatchObject({
      fields: new Map([['b', `<>&"'&lt;`]]),
    })
  })

  it('keeps names that objects inherit as plain keys', () => {
    const result = read(call('<k:__proto__>1</k:__proto__><k:constructor>2</k:constructor>'))
    expect(result).toMatchObject({
      ok: true,
      fields: new Map([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    })
    expect(Object.prototype).not.toHaveProperty('1')
  })

  it('comes back from what the writer wrote, whatever the text', () => {
    const field = fc
      .string({ unit: 'binary' })
      .filter((text) => /^[\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text))
    fc.assert(
      fc.property(field, field, (a, b) => {
        const fields = new Map([
          ['a', a],
          ['b', b],
        ])
        const header = new Map([['dev', a]])
        const result = read(writeEnvelope({ operation: 'Op', fields, header }))
        expect(result).toEqual({ ok: true, header, operation: 'Op', fields })
      }),
    )
  })
})

describe('hostile XML is refused (protocol 4, reader rules)', () => {
  const entities = '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
  it.each([
    ['a DOCTYPE', `<!DOCTYPE s>${call('')}`, 'markup declaration'],
    ['a billion laughs', `${entities}${call('<k:b>&b;</k:b>')}`, 'markup declaration'],
    [
      'an external entity',
      `<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>${call('<k:b>&x;</k:b>')}`,
      'markup declaration',
    ],
    ['a comment', call('<k:b>AA<!-- -->AA</k:b>'), 'markup declaration'],
    ['CDATA', call('<k:b><![CDATA[AAAA]]></k:b>'), 'markup declaration'],
    ['a processing instruction', call('<?php x?>'), 'processing instruction'],
    [
      'a stylesheet before the root',
      `<?xml version="1.0"?><?xml-stylesheet href="x"?>${call('')}`,
      'processing instruction',
    ],
    ['an XML declaration after the start', ` <?xml version="1.0"?>${call('')}`, 'processing instruction'],
    ['a processing instruction at the very start', `<?php x?>${call('')}`, 'xml declaration'],
    ['XML 1.1', `<?xml version="1.1"?>${call('')}`, 'xml declaration'],
    ['another encoding', `<?xml version="1.0" encoding="UTF-16"?>${call('')}`, 'xml declaration'],
    ['UTF-7', `<?xml version="1.0" encoding="UTF-7"?>${call('')}`, 'xml declaration'],
    ['an unknown entity', call('<k:b>&nbsp;</k:b>'), 'entity'],
    ['a character reference', call('<k:b>&#65;</k:b>'), 'entity'],
    ['a hexadecimal character reference', call('<k:b>&#x41;</k:b>'), 'entity'],
    ['a bare ampersand', call('<k:b>a & b</k:b>'), 'entity'],
    ['an inherited name as an entity', call('<k:b>&constructor;</k:b>'), 'entity'],
    ['1,001 references', call(`<k:b>${'&amp;'.repeat(1_001)}</k:b>`), 'entity'],
    ['1,001 line breaks', call('\n'.repeat(1_001)), 'too many line breaks'],
    ['a byte order mark', `\ufeff${call('')}`, 'byte order mark'],
    ['nothing', '', 'not well-formed'],
    ['text only', 'hello', 'not well-formed'],
    ['an open end', '<s:Envelope', 'not well-formed'],
    ['an unclosed element', call('<k:b>').replace('</k:SyncRequest>', ''), 'not well-formed'],
    ['crossed elements', call('<k:a><k:b></k:a></k:b>'), 'not well-formed'],
    ['two roots', call('') + call(''), 'not well-formed'],
    ['text after the root', `${call('')}x`, 'not well-formed'],
    ['an undeclared prefix', call('<q:b>1</q:b>'), 'not well-formed'],
    ['the prefix xmlns bound anew', call('<k:b xmlns:xmlns="urn:x">1</k:b>'), 'not well-formed'],
    ['a control character', call('<k:b>\u0001</k:b>'), 'not well-formed'],
    [']]> in text', call('<k:b>]]></k:b>'), 'not well-formed'],
    ['an attribute', call('<k:b id="1">1</k:b>'), 'attribute'],
    ['an attribute named __proto__', call('<k:b __proto__="1">1</k:b>'), 'attribute'],
    ['mustUnderstand', envelope('', `<s:Header s:mustUnderstand="1"/>`), 'attribute'],
    ['encodingStyle', call('').replace('<s:Body', '<s:Body s:encodingStyle="x"'), 'attribute'],
    ['a language outside a fault', call('<k:b xml:lang="en">1</k:b>'), 'attribute'],
    [
      'nine declarations',
      call(`<k:b ${Array.from({ length: 9 }, (_, i) => `xmlns:a${i}="u"`).join(' ')}>1</k:b>`),
      'attribute',
    ],
    ['a very long namespace', call(`<k:b xmlns:a="${'u'.repeat(201)}">1</k:b>`), 'attribute'],
    ['depth 9', call('<k:a><k:a><k:a><k:a><k:a><k:a/></k:a></k:a></k:a></k:a></k:a>'), 'too deep'],
    ['65 elements', call(Array.from({ length: 62 }, (_, i) => `<k:a${i}/>`).join('')), 'too many elements'],
    ['a duplicate element', call('<k:b>1</k:b><k:b>2</k:b>'), 'duplicate element'],
    ['a duplicate under another prefix', call('<k:b>1</k:b><j:b xmlns:j="urn:kith:wl:1">2</j:b>'), 'duplicate element'],
    ['two calls', envelope('<k:a xmlns:k="urn:kith:wl:1"/><k:a xmlns:k="urn:kith:wl:1"/>'), 'duplicate element'],
    ['two bodies', `<s:Envelope xmlns:s="${soap}"><s:Body/><s:Body/></s:Envelope>`, 'duplicate element'],
    ['mixed content', call('text<k:b>1</k:b>'), 'mixed content'],
  ])('%s', (_, text, reason) => {
    expect(read(text)).toEqual(refused(reason))
  })

  it.each([
    ['another root', '<k:Envelope xmlns:k="urn:kith:wl:1"/>', 'not an envelope'],
    ['SOAP 1.1', call('').replace(soap, 'http://schemas.xmlsoap.org/soap/envelope/'), 'not an envelope'],
    ['no body', `<s:Envelope xmlns:s="${soap}"/>`, 'not an envelope'],
    [
      'the body before the header',
      `<s:Envelope xmlns:s="${soap}"><s:Body/><s:Header/></s:Envelope>`,
      'not an envelope',
    ],
    ['a third child', `<s:Envelope xmlns:s="${soap}"><s:Header/><s:Body/><s:X/></s:Envelope>`, 'not an envelope'],
    ['an empty body', envelope(''), 'body without exactly one child'],
    [
      'two different calls',
      envelope('<k:a xmlns:k="urn:kith:wl:1"/><k:b xmlns:k="urn:kith:wl:1"/>'),
      'body without exactly one child',
    ],
    ['a call of another namespace', envelope('<k:a xmlns:k="urn:kith:wl:2"/>'), 'unknown element'],
    ['a call without a namespace', envelope('<a/>'), 'unknown element'],
    ['a field of another namespace', call('<j:b xmlns:j="urn:x">1</j:b>'), 'unknown element'],
    ['a field with children', call('<k:b><k:c>1</k:c></k:b>'), 'unknown element'],
    ['text instead of fields', call('text'), 'unknown element'],
    [
      'another header',
      envelope('<k:a xmlns:k="urn:kith:wl:1"/>', '<s:Header><k:x xmlns:k="urn:kith:wl:1"/></s:Header>'),
      'unknown element',
    ],
    [
      'a header of somebody',
      envelope('<k:a xmlns:k="urn:kith:wl:1"/>', '<s:Header><w:To xmlns:w="urn:wsa">x</w:To></s:Header>'),
      'unknown element',
    ],
  ])('%s', (_, text, reason) => {
    expect(read(text)).toEqual(refused(reason))
  })

  it('invalid UTF-8, UTF-16, NUL', () => {
    const bytes = utf8(call('<k:b>AAAA</k:b>'))
    const broken = bytes.slice()
    broken[bytes.indexOf(0x41)] = 0xff
    expect(readEnvelope(broken)).toEqual(refused('not UTF-8'))
    expect(readEnvelope(Buffer.from(call(''), 'utf16le'))).toMatchObject({ ok: false, refused: true })
    expect(readEnvelope(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(call(''), 'utf16le')]))).toEqual(
      refused('not UTF-8'),
    )
    expect(read(call('<k:b>\0</k:b>'))).toEqual(refused('not well-formed'))
  })

  it('is never an exception, whatever the bytes', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      '&',
      ';',
      '"',
      '=',
      ' ',
      's:',
      'k:',
      'Envelope',
      'Body',
      'xmlns',
      soap,
      'urn:kith:wl:1',
      '<s:Body>',
      '</s:Body>',
      '\0',
      '林',
      '&amp;',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const result = read(parts.join(''))
        expect(result.ok).toBe(false)
      }),
      { numRuns: 1_000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(readEnvelope(bytes).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})

// bench/guard.ts measures the time: a reader whose cost is quadratic takes minutes for any of these.
describe('12 MB come to an end (protocol 4)', () => {
  const fill = (text: string) => text.repeat(Math.floor((maxEnvelopeBytes - 1_000) / text.length))

  it('12 MB in one field are read', () => {
    const result = read(call(`<k:sealed>${fill('QUJD')}</k:sealed>`))
    expect(result.ok && result.fields.get('sealed')?.length).toBeGreaterThan(12_000_000)
  })

  it.each([
    ['open elements', `<s:Envelope xmlns:s="${soap}">${fill('<a>')}`],
    ['elements side by side', call(fill('<k:a/>'))],
    ['an element name', `<${fill('abcd')}>`],
    ['an attribute value', `<a xmlns="${fill('abcd')}">`],
    ['declarations', `<a ${fill(' xmlns:a="b"')}>`],
    ['ampersands', call(`<k:b>${fill('&amp;')}</k:b>`)],
    ['line breaks', call(fill('\n'))],
    ['carriage returns', call(fill('\r'))],
    ['closing brackets', call(`<k:b>${fill(']')}</k:b>`)],
    ['comments', call(fill('<!---->'))],
    ['CDATA', call(`<k:b>${fill('<![CDATA[a]]>')}</k:b>`)],
    ['less-than signs', fill('<')],
    ['white space', call(fill(' '))],
    ['a colon in every place', `<${fill('a:')}b>`],
  ])('12 MB of %s', (what, text) => {
    expect(read(text).ok).toBe(what === 'closing brackets' || what === 'white space')
  })

  it('more than 12 MB is not parsed at all', () => {
    expect(readEnvelope(new Uint8Array(maxEnvelopeBytes + 1))).toEqual({
      ok: false,
      refused: true,
      fault: { code: 'TooLarge', reason: 'too large' },
    })
  })
})
