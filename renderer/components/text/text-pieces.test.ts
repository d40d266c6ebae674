import { describe, expect, test } from 'vitest'
import { blocksOf, type Piece, piecesOf } from './text-pieces.ts'

const link = (href: string, differs = false): Piece => ({ kind: 'link', href, host: new URL(href).host, differs })
const targetsIn = (text: string): readonly Piece[] => piecesOf(text).filter(({ kind }) => kind !== 'text')

describe('targets in a text', () => {
  test.each([
    ['see https://a.test/x?y=1#z.', 'https://a.test/x?y=1#z'],
    ['(https://a.test/x)', 'https://a.test/x'],
    ['https://a.test/Kith_(app)', 'https://a.test/Kith_(app)'],
    ['请看https://a.test/报价，谢谢', 'https://a.test/'],
    ['HTTPS://A.Test', 'https://a.test/'],
    ['<https://a.test/x>', 'https://a.test/x'],
  ])('%s', (text, href) => {
    expect(targetsIn(text)).toEqual([link(href)])
  })

  test.each([
    'http://a.test',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'bank <data:text/html,x>',
    'https://bank.test@evil.test/',
    'https://user:pass@evil.test/',
    'https://bаnk.test',
    'https://bank.tеst',
    'https://www.bank.中国',
    'https://bank.test\u202e',
    'https://localhost/x',
    'https://',
    'https://[x',
  ])('no link: %s', (text) => {
    expect(targetsIn(text).filter(({ kind }) => kind === 'link')).toEqual([])
  })

  test('words that are not the target are told apart, URLs among them', () => {
    expect(piecesOf('Our bank <https://evil.test/login> is new')).toEqual([
      { kind: 'text', text: 'Our bank ' },
      link('https://evil.test/login', true),
      { kind: 'text', text: ' is new' },
    ])
    expect(targetsIn('https://bank.test <https://evil.test>')).toEqual([
      link('https://bank.test/'),
      link('https://evil.test/', true),
    ])
  })

  test('addresses, with mailto or without', () => {
    expect(targetsIn('bob@corp.test, <mailto:carol@corp.test?bcc=eve@evil.test>').map((piece) => piece)).toEqual([
      { kind: 'address', text: 'bob@corp.test', address: 'bob@corp.test' },
      { kind: 'address', text: 'carol@corp.test', address: 'carol@corp.test' },
    ])
  })

  test('every character of the text is in a piece, or is the bracket around a target', () => {
    for (const text of ['a https://a.test/. b', 'x@y.test!', 'w <https://a.test> <b>', '<https://a.test>\nc']) {
      const shown = piecesOf(text).map((piece) => (piece.kind === 'link' ? 'L' : piece.text))
      expect(shown.join('')).toBe(
        text.replace(/ ?https:\/\/a\.test\/?|<https:\/\/a\.test>/gu, (found) =>
          found.replace(/<?https:\/\/a\.test\/?>?/u, text.startsWith('<') ? '<L>' : 'L'),
        ),
      )
    }
  })

  test('a text of the longest kind costs no more than its length', () => {
    for (const piece of ['<https://a', 'https://', 'a@', '@a.', 'mailto:', '(', 'https://a.test/))))', '>\n', 'a.'])
      expect(piecesOf(piece.repeat(100_000 / piece.length)).length).toBeGreaterThan(0)
  })
})

describe('quotations', () => {
  test('fold at the end and where they are long; short ones stay between their answers', () => {
    const folded = (text: string) => blocksOf(text).map(({ quoted, folds, text: shown }) => [quoted, folds, shown])
    expect(folded('yes\n\n> no?\n> when?\n')).toEqual([
      [false, false, 'yes\n'],
      [true, true, '> no?\n> when?'],
      [false, false, ''],
    ])
    expect(folded('> no?\nyes\n> when?\nnow')).toEqual([
      [true, false, '> no?'],
      [false, false, 'yes'],
      [true, false, '> when?'],
      [false, false, 'now'],
    ])
    expect(folded('> 1\n> 2\n> 3\n> 4\nyes')[0]?.[1]).toBe(true)
    expect(folded('> all of it')).toEqual([[true, false, '> all of it']])
  })
})
