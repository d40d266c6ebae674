/** What a command is given besides its arguments. Secrets come from here only: a command line can be read by others. */

import type { ReadStream } from 'node:tty'
import { askHidden, type HiddenInput } from '../../shared/hidden-prompt.ts'

/** Where a command's words and secrets come from: a terminal or a pipe. */
export type Input = {
  readonly interactive: boolean
  /** A secret: typed without echo, or the next line of standard input. Undefined when there is none. */
  secret(question: string): Promise<string | undefined>
  /** Everything of standard input that no secret has taken. */
  rest(): Promise<string>
}

/** Most characters read from standard input: more than any message may have. */
const maxInput = 1_000_000

type Terminal = HiddenInput & Pick<ReadStream, 'isTTY'> & AsyncIterable<unknown>

/** Makes the input over a terminal or a pipe; `ask` prints a question where there is somebody to answer it. */
export function createInput(stdin: Terminal, ask: (question: string) => void): Input {
  const pipe = readPipe(stdin)
  return {
    interactive: stdin.isTTY,
    secret: async (question) => {
      if (stdin.isTTY) return (await askHidden(stdin, question, ask)) || undefined
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
