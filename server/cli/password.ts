/** Passwords come from a prompt without echo or from standard input, never from the argument list, which every user of the machine can read. */
import { stderr, stdin } from 'node:process'

export type PasswordResult =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly why: string }

/** Bytes of standard input that are read for a password at most. */
const maxInput = 4_096

export async function askNewPassword(): Promise<PasswordResult> {
  if (!stdin.isTTY) return { ok: true, value: firstLine(await readInput()) }
  const first = await prompt('Password: ')
  const again = await prompt('Once more: ')
  if (first === undefined || again === undefined) return { ok: false, why: 'cancelled' }
  return first === again ? { ok: true, value: first } : { ok: false, why: 'the two passwords differ' }
}

export type Question = {
  readonly label: string
  /** A new secret is typed twice. */
  readonly isNew: boolean
}
export type SecretsResult =
  | { readonly ok: true; readonly value: readonly string[] }
  | { readonly ok: false; readonly why: string }

/** Several secrets: asked for one by one, or the lines of standard input in the same order. */
export async function askSecrets(questions: readonly Question[]): Promise<SecretsResult> {
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

const control = { end: '\r', line: '\n', cancel: '\u0003', close: '\u0004', erase: '\u007f', back: '\b' }

/** Undefined when cancelled. */
function prompt(question: string): Promise<string | undefined> {
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  return new Promise((resolve) => {
    let typed = ''
    const finish = (value: string | undefined) => {
      stdin.off('data', receive)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      resolve(value)
    }
    const receive = (chunk: Buffer | string) => {
      for (const character of String(chunk)) {
        if (character === control.end || character === control.line) return finish(typed)
        if (character === control.cancel || character === control.close) return finish(undefined)
        const erases = character === control.erase || character === control.back
        typed = erases ? Array.from(typed).slice(0, -1).join('') : typed + character
      }
      return undefined
    }
    stdin.on('data', receive)
  })
}
