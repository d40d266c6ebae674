/** F2, A5 and protocol 4: what one judgement costs as the list grows, and what a megabyte of header or 12 of SOAP cost. */
import { judgeOutgoing } from '../shared/guard.ts'
import { splitMessage } from '../shared/header.ts'
import { buildListView, createListView } from '../shared/list-view.ts'
import { maxEnvelopeBytes } from '../shared/soap/limits.ts'
import { readEnvelope } from '../shared/soap/reader.ts'
import { writeEnvelope } from '../shared/soap/writer.ts'
import { quantile, table } from './figures.ts'

const rounds = 20_000

/** Prints the table of judgements by size of the list, and the costs of the largest header and answer. */
export function benchGuard(): void {
  const rows = [100, 10_000, 100_000].map((size) => {
    const view = createListView(Array.from({ length: size }, (_, i) => contact(i)))
    const times = Array.from({ length: rounds }, (_, i) => {
      const recipients = [{ field: 'to', text: `person.${(i * 7919) % size}@many.test` }] as const
      const facts = {
        now: 0,
        self: 'me@corp.test',
        recipients,
        lease: 'valid',
        onExpiry: 'block',
        unicode: false,
      } as const
      const start = performance.now()
      judgeOutgoing(view, facts)
      return (performance.now() - start) * 1000
    })
    return [size.toLocaleString('en'), micro(quantile(times, 0.5)), micro(quantile(times, 0.99))]
  })
  table('Guard: one recipient judged (F2: under 10 µs)', ['entries', 'p50', 'p99'], rows)
  benchLookalikes()
  const raw = new TextEncoder().encode(`From: ${'"a" <a@b.test>, '.repeat(62_000)}\r\n\r\n`)
  const reads = Array.from({ length: 20 }, () => {
    const start = performance.now()
    splitMessage(raw)
    return performance.now() - start
  })
  const cells = [
    `${raw.length.toLocaleString('en')} bytes`,
    ...[0.5, 1].map((q) => `${quantile(reads, q).toFixed(1)} ms`),
  ]
  table('Header reader (A5: at most 50 ms)', ['header', 'p50', 'worst, first call among them'], [cells])
  benchEnvelopes()
}

/** The engine builds the table in these slices and does its other work between them. */
function benchLookalikes(): void {
  const rows = [100, 10_000, 100_000].map((size) => {
    const steps = buildListView(Array.from({ length: size }, (_, i) => contact(i)))
    const times: number[] = []
    for (let done: boolean | undefined = false; !done;) {
      const start = performance.now()
      done = steps.next().done
      times.push(performance.now() - start)
    }
    const total = times.reduce((sum, time) => sum + time, 0)
    return [
      size.toLocaleString('en'),
      `${total.toFixed(0)} ms`,
      `${times.length}`,
      `${quantile(times, 1).toFixed(1)} ms`,
    ]
  })
  table('Look-alikes (I9): the table built, no slice over 50 ms', ['entries', 'total', 'slices', 'longest'], rows)
}

function benchEnvelopes(): void {
  const fill = (text: string) => text.repeat(Math.floor((maxEnvelopeBytes - 1_000) / text.length))
  const texts = {
    'one sealed field': writeEnvelope({
      operation: 'SyncResponse',
      fields: new Map([['sealed', fill('QUJD')]]),
    }),
    'open elements, hostile': fill('<a>'),
    'declarations, hostile': `<a ${fill(' xmlns:a="b"')}>`,
    'colons, hostile': `<${fill('a:')}b>`,
  }
  const rows = Object.entries(texts).map(([what, text]) => {
    const bytes = new TextEncoder().encode(text)
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now()
      readEnvelope(bytes)
      return performance.now() - start
    })
    return [what, bytes.length.toLocaleString('en'), `${quantile(times, 0.5).toFixed(0)} ms`]
  })
  table('SOAP reader (protocol 4: linear in the bytes)', ['envelope', 'bytes', 'p50'], rows)
}

function micro(value: number): string {
  return `${value.toFixed(1)} µs`
}

function contact(i: number) {
  const address = `person.${i}@many.test`
  const rest = { scope: 'external', level: 'dmarc', send: true, receive: true } as const
  return { id: `c${i}`, name: `Person ${i}`, address, key: address, ...rest }
}
