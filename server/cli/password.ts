/** Passwords come from a prompt without echo or from standard input, never from the argument list, which every user of the machine can read. */
import { stderr, stdin } from 'node:process'
import { askHidden } from '../../shared/hidden-prompt.ts'
import type { Done } from '../ground/refusals.ts'

/** Bytes of standard input that are read for a password at most. */
const maxInput = 4_096

/** A new password: typed twice at a terminal, else the first line of standard input. */
export async function askNewPassword(): Promise<Done<string>> {
  if (!stdin.isTTY) return { ok: true, value: firstLine(await readInput()) }
  const first = await prompt('Password: ')
  const again = await prompt('Once more: ')
  if (first === undefined || again === undefined) return { ok: false, why: 'cancelled' }
  return first === again ? { ok: true, value: first } : { ok: false, why: 'the two passwords differ' }
}

/** One secret to ask for; `label` says of what, such as a file. */
export type Question = {
  readonly label: string
  /** A new secret is typed twice. */
  readonly isNew: boolean
}
/** Several secrets: asked for one by one, or the lines of standard input in the same order. */
export async function askSecrets(questions: readonly Question[]): Promise<Done<readonly string[]>> {
  if (questions.length === 0) return { ok: true, value: [] }
  if (!stdin.isTTY) {
    const lines = (await readInput()).split(/\r?\n/).slice(0, questions.length)
    const missing = questions.find((_, index) => (lines[index] ?? '') === '')
    return missing ? { ok: false, why: `standard input has no line for: ${missing.label}` } : { ok: true, value: lines }
  }
  const secrets: string[] = []
  for (const { label, isNew } of questions) {
    const first = await prompt(`${label}: `)
    const again = isNew ? await prompt('Once more: ') : first
    if (first === undefined || again === undefined) return { ok: false, why: 'cancelled' }
    if (first !== again) return { ok: false, why: 'the two passphrases differ' }
    secrets.push(first)
  }
  return { ok: true, value: secrets }
}

async function readInput(): Promise<string> {
  let text = ''
  stdin.setEncoding('utf8')
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > maxInput) break
  }
  return text
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

/** Undefined when cancelled. */
function prompt(question: string): Promise<string | undefined> {
  return askHidden(stdin, question, (text) => stderr.write(text))
}
