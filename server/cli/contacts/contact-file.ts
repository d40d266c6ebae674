/** Contacts from a file with one JSON object a line. A line that cannot be read names its number, and nothing is changed. */
import { type ContactInput, writtenContactSchema } from '../../../shared/administration/change.ts'
import { jsonOf, readText } from '../text.ts'

type FileFault = { readonly line: number; readonly why: string }
type ContactFile = {
  readonly contacts: readonly ContactInput[]
  /** Line number of each contact. */
  readonly lines: readonly number[]
  readonly faults: readonly FileFault[]
}

/** Undefined: there is no such file. */
export async function readContactFile(name: string): Promise<ContactFile | undefined> {
  const text = await readText(name)
  return text === undefined ? undefined : parseContactLines(text)
}

/** Reads the lines; empty ones do not count. */
export function parseContactLines(text: string): ContactFile {
  const contacts: ContactInput[] = []
  const lines: number[] = []
  const faults: FileFault[] = []
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue
    const parsed = writtenContactSchema.safeParse(jsonOf(line))
    if (parsed.success) {
      contacts.push(parsed.data)
      lines.push(index + 1)
    } else {
      const issue = parsed.error.issues[0]
      faults.push({ line: index + 1, why: `${issue?.path.join('.') || 'contact'}: ${issue?.message ?? 'unreadable'}` })
    }
  }
  return { contacts, lines, faults }
}
