/** References: every file, folder and numbered section that a comment or a document names is there. */
import type { Comment } from './read-lines.ts'

/** What may hold references: the comments of a source file, or a document as one comment. */
type Texts = { readonly path: string; readonly comments: readonly Comment[] }

/** What references may point at. */
type Library = {
  /** Every file of the repository, from its root. */
  readonly paths: readonly string[]
  /** Texts of the documents, by path. */
  readonly documents: ReadonlyMap<string, string>
}

const fileName = /(?<![\w@./*-])[\w.-][\w./-]*\.(?:tsx?|mjs|md|css)\b/g
const folderName = /(?<![\w@./*-])(?:[\w.-]+\/)+/g
const number = String.raw`(?:[A-Z]\d+|\d+(?:\.\d+)*)`
const numbers = new RegExp(`^ (${number}(?:(?:, | and | to )${number})*)`)

/** Complaints about references that lead nowhere. A file may be named by the end of its path, a folder from the root. */
export function checkReferences(texts: readonly Texts[], library: Library): readonly string[] {
  const endings = new Set(library.paths.flatMap(endingsOf))
  const folders = new Set(library.paths.flatMap(foldersOf))
  return texts.flatMap(({ path, comments }) =>
    comments.flatMap(({ text, line }) =>
      [...deadFiles(text, endings, library), ...deadFolders(text, folders)].map(({ reference, index }) => {
        const below = text.slice(0, index).split('\n').length - 1
        return `${path}:${line + below}: ${reference} leads nowhere`
      }),
    ),
  )
}

/** A reference that leads nowhere, and where in the text it stands. */
type Dead = { readonly reference: string; readonly index: number }

function deadFolders(text: string, folders: ReadonlySet<string>): readonly Dead[] {
  return [...text.matchAll(folderName)]
    .map((found) => ({ reference: found[0], index: found.index }))
    .filter(({ reference }) => folders.has(`${reference.split('/')[0]}/`) && !folders.has(reference))
}

function deadFiles(comment: string, endings: ReadonlySet<string>, library: Library): readonly Dead[] {
  return [...comment.matchAll(fileName)].flatMap((found) => {
    const name = found[0].replace(/^(\.\.?\/)+/, '')
    // A comment's line breaks and their stars are no part of what it says.
    const rest = comment.slice(found.index + found[0].length).replace(/\s*\n[ \t]*\*? ?/g, ' ')
    const sections = numbers.exec(rest)?.[1]?.match(new RegExp(number, 'g')) ?? []
    const { index } = found
    if (!endings.has(name)) return [{ reference: [name, ...sections].join(' '), index }]
    const [, document = ''] = [...library.documents].find(([place]) => `/${place}`.endsWith(`/${name}`)) ?? []
    return sections
      .filter((section) => !holds(document, section))
      .map((section) => ({ reference: `${name} ${section}`, index }))
  })
}

/** Every way to name a file by the end of its path. */
function endingsOf(file: string): readonly string[] {
  const steps = file.split('/')
  return steps.map((_, index) => steps.slice(index).join('/'))
}

/** Every folder that a file lies in, from the root, with a slash at the end. */
function foldersOf(file: string): readonly string[] {
  const steps = file.split('/').slice(0, -1)
  return steps.map((_, index) => `${steps.slice(0, index + 1).join('/')}/`)
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
