/** Asks for a secret in a terminal without showing it: one prompt for every command line of ours. */

/** What a prompt needs of a terminal's input; `process.stdin` and `tty.ReadStream` have it. */
export type HiddenInput = {
  setRawMode(on: boolean): unknown
  setEncoding(encoding: 'utf8'): unknown
  resume(): unknown
  pause(): unknown
  on(event: 'data', take: (chunk: unknown) => void): unknown
  off(event: 'data', take: (chunk: unknown) => void): unknown
}

const keys = { enter: '\r', line: '\n', interrupt: '\u0003', end: '\u0004', erase: '\u007f', back: '\b' }

/**
 * What was typed until Enter, possibly nothing; undefined after Ctrl-C or Ctrl-D. Only the question and the end of its
 * line are shown. Keys that were pressed before the question count.
 */
export function askHidden(
  input: HiddenInput,
  question: string,
  show: (text: string) => void,
): Promise<string | undefined> {
  show(question)
  input.setRawMode(true)
  input.setEncoding('utf8')
  input.resume()
  return new Promise((resolve) => {
    let typed = ''
    const finish = (value: string | undefined) => {
      input.off('data', receive)
      input.setRawMode(false)
      input.pause()
      show('\n')
      resolve(value)
    }
    const receive = (chunk: unknown) => {
      for (const key of String(chunk)) {
        if (key === keys.enter || key === keys.line) return finish(typed)
        if (key === keys.interrupt || key === keys.end) return finish(undefined)
        const erases = key === keys.erase || key === keys.back
        // By characters, not by code units: half of one would stay behind.
        typed = erases ? Array.from(typed).slice(0, -1).join('') : typed + key
      }
      return undefined
    }
    input.on('data', receive)
  })
}
