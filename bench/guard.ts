/** F2 and A5: what one judgement costs as the list grows, and what a megabyte of header costs. */
import { judgeOutgoing } from '../shared/guard.ts'
import { splitMessage } from '../shared/header.ts'
import { makeListView } from '../shared/list-view.ts'
import { quantile, table } from './figures.ts'

const rounds = 20_000

export function benchGuard(): void {
  const rows = [100, 10_000, 100_000].map((size) => {
    const view = makeListView(Array.from({ length: size }, (_, i) => contact(i)))
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
}

function micro(value: number): string {
  return `${value.toFixed(1)} µs`
}

function contact(i: number) {
  const address = `person.${i}@many.test`
  const rest = { scope: 'external', level: 'dmarc', send: true, receive: true } as const
  return { id: `c${i}`, name: `Person ${i}`, address, key: address, ...rest }
}
