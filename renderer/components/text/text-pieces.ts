/** A message's text in pieces: what was said, what was quoted, and the targets in it that can be opened. Pure, linear. */

/** `differs`: the reader sees other words than the target, so that it is told before it is opened. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly href: string; readonly host: string; readonly differs: boolean }
  | { readonly kind: 'address'; readonly text: string; readonly address: string }

/** A run of lines; `folds`: a quotation that is shown when asked for. */
type Block = { readonly quoted: boolean; readonly folds: boolean; readonly text: string }

/** Quotations up to this many lines stand between answers to them; they fold at the message's end alone. */
const shortQuote = 3

/** ASCII alone: a host in other letters looks like another's, and a sentence of Chinese goes on behind a link without a blank. */
const targets =
  /<(?:https:\/\/|mailto:)[!-;=?-~]{1,2000}>|https:\/\/[!-;=?-~]{1,2000}|(?:mailto:)?[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/gi
/** What ends a sentence, or closes what was opened before the link. */
const closing = /[.,:;!?'"*_~\]})]$/

/** The text's runs of quoted and own lines, in order. */
export function blocksOf(text: string): readonly Block[] {
  const runs: { readonly quoted: boolean; readonly lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const quoted = line.startsWith('>')
    const last = runs.at(-1)
    if (last?.quoted === quoted) last.lines.push(line)
    else runs.push({ quoted, lines: [line] })
  }
  const isLast = (index: number): boolean =>
    runs.slice(index + 1).every(({ quoted, lines }) => quoted || lines.every((line) => line.trim() === ''))
  return runs.map(({ quoted, lines }, index) => ({
    quoted,
    // A message that is nothing but a quotation is shown.
    folds: quoted && runs.length > 1 && (lines.length > shortQuote || isLast(index)),
    text: lines.join('\n'),
  }))
}

/** The text's pieces. Only https and addresses become targets, and no URL that carries a name or password. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(targets)) {
    const [written] = match
    const isBracketed = written.startsWith('<')
    const target = isBracketed ? written.slice(1, -1) : withoutClosing(written)
    // Words on the same line before `<target>` are what the sender called it.
    const differs = isBracketed && /\S[ \t]*$/u.test(lineBefore(text, match.index))
    const piece = pieceOf(target, differs)
    if (
      !piece ||
      (piece.kind === 'link' &&
        goesOnBehind(text.slice(match.index + written.length, match.index + written.length + 2), target))
    )
      continue
    const start = isBracketed && !differs ? match.index + 1 : match.index
    if (start > from) pieces.push({ kind: 'text', text: text.slice(from, start) })
    pieces.push(piece)
    from = isBracketed && differs ? match.index + written.length : start + target.length
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) })
  return pieces
}

/** A host that goes on in other letters is another host than its first half. */
function goesOnBehind(rest: string, target: string): boolean {
  return /^https:\/\/[^/?#]*$/iu.test(target) && /^[\p{L}\p{N}\p{M}\p{Cf}]/u.test(rest)
}

function lineBefore(text: string, at: number): string {
  return text.slice(Math.max(0, text.lastIndexOf('\n', at - 1) + 1, at - 200), at)
}

function pieceOf(target: string, differs: boolean): Piece | undefined {
  if (!/^https:/iu.test(target)) {
    const address = target.replace(/^mailto:/iu, '').replace(/\?.*$/u, '')
    return address.includes('@') ? { kind: 'address', text: differs ? address : target, address } : undefined
  }
  if (!URL.canParse(target)) return undefined
  const { href, host, username, password } = new URL(target)
  // `https://bank.test@evil.test` shows another host than it opens.
  if (username !== '' || password !== '' || !host.includes('.')) return undefined
  return { kind: 'link', href, host, differs }
}

/** A closing bracket belongs to the link where it was opened in it. */
function withoutClosing(written: string): string {
  let target = written
  while (closing.test(target)) {
    if (target.endsWith(')') && target.includes('(')) break
    target = target.slice(0, -1)
  }
  return target
}
