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
