import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createInput } from './input.ts'

function pipe() {
  const stream = new PassThrough()
  const input = createInput(Object.assign(stream, { isTTY: false, setRawMode: () => stream }) as never, () => undefined)
  return { stream, input }
}

describe('standard input that is a pipe', () => {
  test('gives a secret as soon as its line is there, while the pipe stays open', async () => {
    const { stream, input } = pipe()
    stream.write('first\r\nsec')
    expect(await input.secret('?')).toBe('first')
    const second = input.secret('?')
    stream.write('ond\n')
    expect(await second).toBe('second')
  })

  test('keeps what follows the secrets as it is, but for the last line end', async () => {
    const { stream, input } = pipe()
    stream.end('secret\nline 1\n\nline 3 林\n')
    expect(await input.secret('?')).toBe('secret')
    expect(await input.rest()).toBe('line 1\n\nline 3 林')
  })

  test('without a line has no secret', async () => {
    const { stream, input } = pipe()
    stream.end('')
    expect(await input.secret('?')).toBeUndefined()
    expect(await input.rest()).toBe('')
  })
})

describe('a terminal', () => {
  function terminal() {
    const stream = new PassThrough()
    const shown: string[] = []
    const raw: boolean[] = []
    const tty = Object.assign(stream, {
      isTTY: true,
      setRawMode: (on: boolean) => {
        raw.push(on)
        return stream
      },
    })
    return { stream, shown, raw, input: createInput(tty as never, (text) => shown.push(text)) }
  }

  test('is asked without echo, and erasing works on whole characters', async () => {
    const { stream, shown, raw, input } = terminal()
    const secret = input.secret('Password: ')
    stream.write('pw林𠮷\u007f\u007fX')
    stream.write('\r')
    expect(await secret).toBe('pwX')
    expect(shown).toEqual(['Password: ', '\n'])
    expect(raw).toEqual([true, false])
  })

  test.each(['\u0003', '\u0004', '\r'])('gives nothing when cancelled or left empty (%j)', async (key) => {
    const { stream, input } = terminal()
    const secret = input.secret('Password: ')
    stream.write(key)
    expect(await secret).toBeUndefined()
  })
})
