/** README's commands, as a reader takes them: out of its blocks, line by line, without what stands behind `#`. */
import { readFileSync } from 'node:fs'

const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** The blocks of one language below a heading, up to the next heading, in their order. */
export function blocksOf(heading: string, language: 'sh' | 'json'): readonly string[] {
  const begin = text.indexOf(`\n${heading}\n`)
  if (begin < 0) throw new Error(`README has no heading ${heading}`)
  const [section = ''] = text.slice(begin + heading.length + 2).split(/^#+ /m)
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block)
}

/** The commands of a block. */
export function commandsOf(block: string): readonly string[] {
  return block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
}
