/** The engine's events to every open page, as server-sent events. */
import type { ServerResponse } from 'node:http'
import type { EventEnvelope } from '../../shared/rpc.ts'
import type { Clock } from '../engine/ground/ports.ts'
import { heartbeat, maxStreams, maxUnread } from './limits.ts'

/** The open event streams of all pages. */
export type EventStreams = {
  /** Takes over a response; false when there are too many. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>): boolean
  close(): void
}

type Listen = (receive: (event: EventEnvelope) => void) => () => void

/** Listens to the engine and writes each event to every stream; `close` ends them all. */
export function openEventStreams(listen: Listen, clock: Clock): EventStreams {
  const streams = new Set<ServerResponse>()
  const write = (text: string) => {
    for (const stream of streams) {
      // A page that sleeps would fill this process's memory with what it does not read.
      if (stream.writableLength > maxUnread) stream.destroy()
      else stream.write(text)
    }
  }
  const undoListen = listen((event) => write(`data: ${JSON.stringify(event)}\n\n`))
  let undoBeat = clock.after(heartbeat, beat)
  function beat(): void {
    write(':\n\n')
    undoBeat = clock.after(heartbeat, beat)
  }
  return {
    add(response, headers) {
      if (streams.size >= maxStreams) return false
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' })
      response.write(':\n\n')
      streams.add(response)
      response.on('close', () => streams.delete(response))
      return true
    },
    close() {
      undoListen()
      undoBeat()
      for (const stream of streams) stream.destroy()
      streams.clear()
    },
  }
}
