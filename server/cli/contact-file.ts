/** Contacts from a file with one JSON object a line. A line that cannot be read names its number, and nothing is changed. */
import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import type { WishFault } from '../lists/changes.ts'
import { type ContactInput, contactInputSchema } from '../lists/contact.ts'

export type FileFault = { readonly line: number; readonly why: string }
export type ContactFile = {
  readonly contacts: readonly ContactInput[]
  /** Line number of each contact. */
  readonly lines: readonly number[]
  readonly faults: readonly FileFault[]
}

/** Faults that are told; the first ones are enough to see what is wrong with a file. */
export const maxFaults = 20

/** Undefined: there is no such file. */
export async function readContactFile(name: string): Promise<ContactFile | undefined> {
  const text = await readText(name)
  return text === undefined ? undefined : parseContactLines(text)
}

/** `-`: standard input. Undefined: there is no such file. */
export function readText(name: string): Promise<string | undefined> {
  return (name === '-' ? textOf(process.stdin) : readFile(name, 'utf8')).catch(() => undefined)
}

export function parseContactLines(text: string): ContactFile {
  const contacts: ContactInput[] = []
  const lines: number[] = []
  const faults: FileFault[] = []
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue
    const parsed = contactInputSchema.safeParse(jsonOf(line))
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

/** The editor counts wishes; people count lines. */
export function atLines(faults: readonly WishFault[], lines: readonly number[]): readonly FileFault[] {
  return faults.map(({ index, why }) => ({ line: lines[index] ?? 0, why }))
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
