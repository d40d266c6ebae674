import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { htmlToText } from './html-text.ts'

describe('HTML as text', () => {
  it.each([
    ['<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['one<br>two<BR/>three', 'one\ntwo\nthree'],
    ['a < b and c > d', 'a < b and c > d'],
    ['x<!-- <b>hidden</b> -->y', 'xy'],
    ['<style>p{color:red}</style>shown<script>alert(1)</script>', 'shown'],
    ['<script>"</scrip>"</script>after', 'after'],
    ['&lt;b&gt; &#65;&#x42; &unknown; &#0; &amp;lt;', '<b> AB &unknown; &#0; &lt;'],
    ['<a href="https://evil.test">bank.test</a>', 'bank.test'],
    ['<img src=x onerror=alert(1)>text', 'text'],
    ['unclosed <b', 'unclosed'],
    ['  many \n\n   blanks\t', 'many blanks'],
  ])('%s', (html, text) => {
    expect(htmlToText(html)).toBe(text)
  })

  it('never fails, and never makes text longer than the HTML', () => {
    const piece = constantFrom('<', '>', '</', '<!--', '-->', '&', ';', '#x', 'script', 'p', '"', ' ', '\n', 'text')
    assert(
      property(array(piece, { maxLength: 60 }), (pieces) => {
        const html = pieces.join('')
        expect(htmlToText(html).length).toBeLessThanOrEqual(html.length * 2)
      }),
    )
  })
})
