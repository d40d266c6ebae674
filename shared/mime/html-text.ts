/**
 * HTML as plain text, for messages without a plain part. The tokenizer is htmlparser2's, by the HTML standard, character
 * references too; it keeps no tree and no stack of open elements, so time is linear. Nothing is loaded or interpreted.
 */
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))
/** Elements whose contents are not text to be read. */
const skipped = words('script style title template svg math iframe textarea noembed noframes xmp select')
/** Elements that begin a line. */
const lines = words(
  'div tr li dt dd caption section article header footer main nav aside address center figure figcaption fieldset form ' +
    'legend details summary body head',
)
/** Elements that begin a line with an empty one before it. */
const paragraphs = words('p ul ol dl table h1 h2 h3 h4 h5 h6 blockquote pre hr')
/** What stands apart on one line. */
const cells = words('td th')
/** Longest target of a link that is shown beside its words. */
const maxTarget = 2_000
/** Combining grapheme joiner, which joins nothing at a line's end. */
const combiningJoiner = 0x34f
/** Deepest quotation that is marked as one. */
const maxQuoted = 5

/**
 * The text of a page, a line for each block, a tab between cells, `> ` before what is quoted. A link whose words are not
 * its target is followed by that in angle brackets, as Outlook's plain text has it: words alone may claim any place. Stops where the text is longer than `limit`.
 */
export function htmlToText(html: string, limit = Number.POSITIVE_INFINITY): string {
  const writer = createWriter()
  const stopAtLimit = (): void => {
    if (writer.length() > limit) tokenizer.pause()
  }
  const tokenizer = new Tokenizer({ decodeEntities: true }, callbacks(html, writer, stopAtLimit))
  tokenizer.write(html)
  // The end of a tokenizer that was stopped would let it go on.
  if (tokenizer.running) tokenizer.end()
  return writer.done()
}

type Writer = ReturnType<typeof createWriter>

/** Collects text; a break is written when text follows it, so that none stands at the end and none is doubled. */
function createWriter() {
  const out: string[] = []
  let [breaks, quoted, preformatted, began, atBlank, length] = [0, 0, 0, false, true, 0]
  const append = (text: string): void => {
    if (breaks > 0 && began) {
      const mark = '> '.repeat(Math.min(quoted, maxQuoted))
      out.push(breaks > 1 ? `\n${mark}\n${mark}` : `\n${mark}`)
    } else if (!began && quoted > 0) out.push('> ')
    breaks = 0
    began = true
    length += text.length + 2 * quoted + 1
    out.push(text)
  }
  const collapsed = (text: string): void => {
    const plain = text.replace(/[ \t\n\f\r]+/gu, ' ')
    const shown = atBlank || breaks > 0 ? plain.replace(/^ /u, '') : plain
    if (shown === '') return
    append(shown)
    atBlank = shown.endsWith(' ')
  }
  /** Blanks and line breaks count; non-breaking blanks are not collapsed later. */
  const verbatim = (text: string): void => {
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) breaks = Math.min(breaks + 1, 3)
      if (line !== '') append(line.replace(/[ \t]/gu, '\u00a0'))
    }
  }
  return {
    text: (text: string) => (preformatted > 0 ? verbatim(text) : collapsed(text)),
    newLine: () => {
      breaks = Math.min(breaks + 1, 2)
      atBlank = true
    },
    block: (wanted: 1 | 2) => {
      breaks = Math.max(breaks, wanted)
      atBlank = true
    },
    cell: () => {
      if (began && breaks === 0) out.push('\t')
      atBlank = true
    },
    quote: (by: 1 | -1) => {
      quoted = Math.max(0, quoted + by)
    },
    pre: (by: 1 | -1) => {
      preformatted = Math.max(0, preformatted + by)
    },
    length: () => length,
    /** Where the next text begins, and the text since then. */
    mark: () => out.length,
    since: (mark: number) => out.slice(mark).join(''),
    done: () => {
      const text = out.join('').replace(/ *\t[ \t]*/gu, '\t')
      return text.split('\n').map(tidyLine).join('\n').replace(/^\n+/u, '').replaceAll('\u00a0', ' ')
    },
  }
}

/** Blanks around tabs and at a line's start go; a line's end also loses the unseen characters that fill a preview line. */
function tidyLine(line: string): string {
  let [start, end] = [0, line.length]
  while (start < end && (line[start] === ' ' || line[start] === '\t')) start += 1
  while (end > start && isUnseen(line.charCodeAt(end - 1))) end -= 1
  return line.slice(start, end)
}

function isUnseen(code: number): boolean {
  // Letters and digits, quickly.
  if (code > 0x20 && code < 0xa0) return false
  return code === combiningJoiner || /[\s\u00ad\u200b-\u200f\u2060\ufeff]/u.test(String.fromCharCode(code))
}

/** What each token does to the text. Positions are into `html`. */
function callbacks(html: string, writer: Writer, written: () => void): TokenizerCallbacks {
  const skip = createSkipper()
  const links = createLinks(writer)
  let tag = ''
  const text = (found: string): void => {
    if (skip.isOn()) return
    writer.text(found)
    written()
  }
  const nothing = (): void => undefined
  return {
    ontext: (start, end) => text(html.slice(start, end)),
    ontextentity: (codepoint) => text(String.fromCodePoint(codepoint)),
    onopentagname: (start, end) => {
      tag = html.slice(start, end).toLowerCase()
      if (!skip.opened(tag)) openElement(writer, tag)
    },
    onattribname: (start, end) => {
      links.attribute(tag === 'a' && !skip.isOn() && html.slice(start, end).toLowerCase() === 'href')
    },
    onattribdata: (start, end) => links.value(html.slice(start, Math.min(end, start + maxTarget + 1))),
    onattribentity: (codepoint) => links.value(String.fromCodePoint(codepoint)),
    onattribend: () => links.attributeEnd(),
    onselfclosingtag: () => skip.selfClosed(tag),
    onclosetag: (start, end) => {
      const name = html.slice(start, end).toLowerCase()
      if (skip.closed(name)) return
      if (name === 'a') links.end()
      else closeElement(writer, name)
    },
    onend: () => links.end(),
    onopentagend: nothing,
    oncdata: nothing,
    oncomment: nothing,
    ondeclaration: nothing,
    onprocessinginstruction: nothing,
  }
}

/** Whether one is inside an element whose contents are no text, such elements within it counted. */
function createSkipper() {
  let [name, depth] = ['', 0]
  const isOn = (): boolean => depth > 0
  return {
    isOn,
    opened: (tag: string): boolean => {
      if (!isOn() && skipped.has(tag)) name = tag
      if (tag === name) depth += 1
      return isOn()
    },
    closed: (tag: string): boolean => {
      if (!isOn()) return false
      if (tag === name) depth -= 1
      if (!isOn()) name = ''
      return true
    },
    /** Outside HTML's own elements a slash ends one: `<svg/>`. */
    selfClosed: (tag: string): void => {
      if (tag !== name || (tag !== 'svg' && tag !== 'math')) return
      depth -= 1
      if (!isOn()) name = ''
    },
  }
}

/** Collects the target of a link until its words are written. */
function createLinks(writer: Writer) {
  let [isTarget, target, mark] = [false, '', -1]
  const end = (): void => {
    if (mark >= 0) writeTarget(writer, target, writer.since(mark).trim())
    mark = -1
  }
  return {
    end,
    attribute: (wanted: boolean): void => {
      if (wanted) end()
      if (wanted) target = ''
      isTarget = wanted
    },
    value: (text: string): void => {
      if (isTarget && target.length <= maxTarget) target += text
    },
    attributeEnd: (): void => {
      if (isTarget) mark = writer.mark()
      isTarget = false
    },
  }
}

function openElement(writer: Writer, name: string): void {
  if (name === 'br') writer.newLine()
  else if (cells.has(name)) writer.cell()
  else if (lines.has(name)) writer.block(1)
  else if (paragraphs.has(name)) writer.block(2)
  if (name === 'blockquote') writer.quote(1)
  if (name === 'pre') writer.pre(1)
}

function closeElement(writer: Writer, name: string): void {
  if (lines.has(name) || paragraphs.has(name)) writer.block(1)
  if (name === 'blockquote') writer.quote(-1)
  if (name === 'pre') writer.pre(-1)
}

/** Nothing where the words are the target, or where there are none. */
function writeTarget(writer: Writer, target: string, shown: string): void {
  const clean = target.replace(/[\p{Cc}\s<>]+/gu, '')
  if (shown === '' || clean.length > maxTarget || !/^(?:https?:\/\/|mailto:)[^\s]/iu.test(clean)) return
  if (bare(shown) !== bare(clean)) writer.text(` <${clean}>`)
}

/** `example.org` for `https://example.org/`. */
function bare(target: string): string {
  return target.replace(/^(?:https?:\/\/|mailto:)/iu, '').replace(/\/$/u, '')
}
