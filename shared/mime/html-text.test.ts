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
    ['&lt;b&gt; &#65;&#x42; &unknown; &#0; &amp;lt;', '<b> AB &unknown; \ufffd &lt;'],
    ['<a href="https://evil.test">bank.test</a>', 'bank.test <https://evil.test>'],
    ['<a href="https://bank.test/">bank.test</a>', 'bank.test'],
    ['<a href="mailto:a@b.test">a@b.test</a> <a href="javascript:x">y</a>', 'a@b.test y'],
    ['<tr><th>Item</th><th>Price</th></tr><tr><td>Pump</td><td>12</td></tr>', 'Item\tPrice\nPump\t12'],
    ['<dl><dt>Order</dt><dd>4711</dd></dl>', 'Order\n4711'],
    ['<div>a</div><div>b</div><ul><li>c</li><li>d</li></ul>', 'a\nb\n\nc\nd'],
    ['Gr&uuml;&szlig;e, don&#146;t, 3 &lt 4, AT&ampT, a&#13;&#10;b', 'Grüße, don’t, 3 < 4, AT&T, a b'],
    ['Hi&zwnj;&nbsp;&zwnj;&nbsp;&#8199;&#847;', 'Hi'],
    ['<head><title>t</title><body>a head without an end', 'a head without an end'],
    ['<pre>a  b\n  c</pre>', 'a  b\n  c'],
    ['yes<blockquote>no<blockquote>why</blockquote></blockquote>ok', 'yes\n>\n> no\n> >\n> > why\nok'],
    ['<a title=">" href=x>y</a>', 'y'],
    ['<img src=x onerror=alert(1)>text', 'text'],
    ['unclosed <b', 'unclosed'],
    ['  many \n\n   blanks\t', 'many blanks'],
  ])('%s', (html, text) => {
    expect(htmlToText(html)).toBe(text)
  })

  it('never fails, and never makes text longer than the HTML', () => {
    const piece = constantFrom(
      '<',
      '>',
      '</',
      '<!--',
      '-->',
      '&',
      ';',
      '#x',
      'script',
      'p',
      'td',
      'pre',
      'a href=http://x',
      '"',
      ' ',
      '\n',
      'text',
    )
    assert(
      property(array(piece, { maxLength: 60 }), (pieces) => {
        const html = pieces.join('')
        expect(htmlToText(html).length).toBeLessThanOrEqual(html.length * 2)
      }),
    )
  })
})
