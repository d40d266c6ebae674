/** Replies of an SMTP server, one after another (RFC 5321 4.2). */
import type { Socket } from 'node:net'

/** `lines`: without the code. */
export type NextServerReply = { readonly code: number; readonly lines: readonly string[] }

type ReplyReader = { next(): Promise<NextServerReply> }

/** Bytes of one reply: a hundred of the longest lines. */
const maxReply = 51_200

/** Reads replies from a connection. `next` rejects when the connection ends or the server does not speak SMTP. */
export function createReplyReader(socket: Socket): ReplyReader {
  const lines = linesOf(socket)
  return {
    async next() {
      const texts: string[] = []
      for (;;) {
        const line = await lines()
        const [, code = '', more = '', text = ''] = /^([2-5]\d\d)(?:([ -])(.*))?$/.exec(line) ?? []
        // Closed at the first line that is none: whatever answers there, its yes would be believed.
        if (code === '') throw new Error('the next server does not speak SMTP')
        texts.push(text)
        if (more !== '-') return { code: Number(code), lines: texts }
      }
    },
  }
}

function linesOf(socket: Socket): () => Promise<string> {
  let kept = ''
  let failure: Error | undefined
  let wake: () => void = () => undefined
  socket.on('data', (chunk: Buffer) => {
    kept += chunk.toString('latin1')
    if (kept.length > maxReply) socket.destroy(new Error('the next server says too much'))
    wake()
  })
  socket.once('error', (error) => {
    failure = error
  })
  socket.once('close', () => {
    failure ??= new Error('the next server closed the connection')
    wake()
  })
  return async () => {
    for (;;) {
      const end = kept.indexOf('\r\n')
      if (end >= 0) {
        const line = kept.slice(0, end)
        kept = kept.slice(end + 2)
        return line
      }
      if (failure) throw failure
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
