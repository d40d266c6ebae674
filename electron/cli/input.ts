/** What a command is given besides its arguments. Secrets come from here only: a command line can be read by others. */
import type { ReadStream } from 'node:tty'

export type Input = {
  readonly interactive: boolean
  /** A secret: typed without echo, or the next line of standard input. Undefined when there is none. */
  secret(question: string): Promise<string | undefined>
  /** Everything of standard input that no secret has taken. */
  rest(): Promise<string>
}

/** Most characters read from standard input: more than any message may have. */
const maxInput = 1_000_000

type Terminal = Pick<ReadStream, 'isTTY' | 'setRawMode' | 'setEncoding' | 'resume' | 'pause' | 'on' | 'off'> &
  AsyncIterable<unknown>

/** Makes the input over a terminal or a pipe; `ask` prints a question where there is somebody to answer it. */
export function createInput(stdin: Terminal, ask: (question: string) => void): Input {
  const pipe = readPipe(stdin)
  return {
    interactive: stdin.isTTY,
    secret: async (question) => {
      if (stdin.isTTY) return prompt(stdin, question, ask)
      const line = (await pipe.line()).replace(/\r$/, '')
      return line === '' ? undefined : line
    },
    rest: async () => (await pipe.rest()).replace(/\n$/, ''),
  }
}

/** Takes a line as soon as it is there: whoever feeds `watch` may keep the pipe open. */
function readPipe(stdin: Terminal) {
  let chunks: AsyncIterator<unknown> | undefined
  let text = ''
  /** Whether there was more. */
  const more = async (): Promise<boolean> => {
    if (!chunks) stdin.setEncoding('utf8')
    chunks ??= stdin[Symbol.asyncIterator]()
    const { value, done } = await chunks.next()
    if (!done) text += String(value)
    return !done && text.length <= maxInput
  }
  const take = (end: number, next: number) => {
    const taken = text.slice(0, end)
    text = text.slice(next)
    return taken
  }
  return {
    line: async () => {
      while (!text.includes('\n') && (await more()));
      const at = text.indexOf('\n')
      return at < 0 ? take(text.length, text.length) : take(at, at + 1)
    },
    rest: async () => {
      while (await more());
      return take(text.length, text.length)
    },
  }
}

const keys = { enter: '\r', line: '\n', interrupt: '\u0003', end: '\u0004', erase: '\u007f', back: '\b' }

/** Undefined when cancelled. */
function prompt(stdin: Terminal, question: string, ask: (question: string) => void): Promise<string | undefined> {
  ask(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  return new Promise((resolve) => {
    let typed = ''
    const finish = (value: string | undefined) => {
      stdin.off('data', receive)
      stdin.setRawMode(false)
      stdin.pause()
      ask('\n')
      resolve(value === '' ? undefined : value)
    }
    const receive = (chunk: unknown) => {
      for (const key of String(chunk)) {
        if (key === keys.enter || key === keys.line) return finish(typed)
        if (key === keys.interrupt || key === keys.end) return finish(undefined)
        const erases = key === keys.erase || key === keys.back
        typed = erases ? Array.from(typed).slice(0, -1).join('') : typed + key
      }
      return undefined
    }
    stdin.on('data', receive)
  })
}
