/** References in comments: every file and every numbered section that a comment names is there. */
import type { FileFacts } from './facts.ts'

/** What references may point at. */
type Library = {
  /** Every file of the repository, from its root. */
  readonly paths: readonly string[]
  /** Texts of the documents, by path. */
  readonly documents: ReadonlyMap<string, string>
}

const fileName = /(?<![\w@./*-])[\w.-][\w./-]*\.(?:tsx?|mjs|md|css)\b/g
const number = String.raw`(?:[A-Z]\d+|\d+(?:\.\d+)*)`
const numbers = new RegExp(`^ (${number}(?:(?:, | and | to )${number})*)`)

/** Complaints about references that lead nowhere. A file may be named by the end of its path. */
export function checkReferences(files: readonly FileFacts[], library: Library): readonly string[] {
  const endings = new Set(library.paths.flatMap(endingsOf))
  return files.flatMap((file) =>
    file.comments.flatMap(({ text, line }) =>
      deadIn(text, endings, library).map(
        ({ reference, below }) => `${file.path}:${line + below}: ${reference} leads nowhere`,
      ),
    ),
  )
}

type Dead = { readonly reference: string /** Lines below the comment's first. */; readonly below: number }

function deadIn(comment: string, endings: ReadonlySet<string>, library: Library): readonly Dead[] {
  return [...comment.matchAll(fileName)].flatMap((found) => {
    const name = found[0].replace(/^(\.\.?\/)+/, '')
    // A comment's line breaks and their stars are no part of what it says.
    const rest = comment.slice(found.index + found[0].length).replace(/\s*\n[ \t]*\*? ?/g, ' ')
    const sections = numbers.exec(rest)?.[1]?.match(new RegExp(number, 'g')) ?? []
    const below = comment.slice(0, found.index).split('\n').length - 1
    if (!endings.has(name)) return [{ reference: [name, ...sections].join(' '), below }]
    const [, document = ''] = [...library.documents].find(([place]) => `/${place}`.endsWith(`/${name}`)) ?? []
    return sections
      .filter((section) => !holds(document, section))
      .map((section) => ({ reference: `${name} ${section}`, below }))
  })
}

/** Every way to name a file by the end of its path. */
function endingsOf(file: string): readonly string[] {
  const steps = file.split('/')
  return steps.map((_, index) => steps.slice(index).join('/'))
}

/** Whether a document has a section `9`, a point `5.1` (a heading, or number 1 of section 5's list), or a rule `I2`. */
function holds(document: string, section: string): boolean {
  const begins = (text: string, what: string): boolean =>
    new RegExp(String.raw`^[#\s|*-]*${what.replaceAll('.', String.raw`\.`)}(?![\w]|\.\d)`, 'm').test(text)
  const [chapter = '', point] = section.split('.')
  if (point === undefined && /^\d/.test(section)) return new RegExp(`^#+ ${section}\\.? `, 'm').test(document)
  if (begins(document, section)) return true
  const body = document.split(new RegExp(`^## ${chapter}\\.? .*$`, 'm'))[1]?.split(/^## /m)[0] ?? ''
  return point !== undefined && begins(body, `${point}.`)
}
