/** Plain text of `format=flowed` (RFC 3676): lines that were broken for transport put together again. Linear. */

/** `deleteBlank`: DelSp=yes, the blank that marks a soft break is not part of the text. */
export function unflow(text: string, deleteBlank: boolean): string {
  const out: string[] = []
  let open: { readonly depth: number; text: string } | undefined
  const close = (): void => {
    if (open) out.push(marked(open.depth, open.text))
    open = undefined
  }
  for (const line of text.split(/\r\n|\r|\n/u)) {
    const depth = quoteDepth(line)
    const stuffed = line.slice(depth)
    const content = stuffed.startsWith(' ') ? stuffed.slice(1) : stuffed
    // A signature's line ends in a blank and never flows (4.3).
    const signature = content === '-- '
    if (open && (open.depth !== depth || signature)) close()
    const soft = content.endsWith(' ') && !signature
    const kept = soft && deleteBlank ? content.slice(0, -1) : content
    if (open) open.text += kept
    else open = { depth, text: kept }
    if (!soft) close()
  }
  close()
  return out.join('\n')
}

function quoteDepth(line: string): number {
  let depth = 0
  while (line[depth] === '>') depth += 1
  return depth
}

function marked(depth: number, text: string): string {
  return depth === 0 ? text : `${'>'.repeat(depth)} ${text}`
}
