/** Text that a command reads, and JSON in it. */
import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { jsonOf as strictJsonOf } from '../../shared/json.ts'

/** `-`: standard input. Undefined: there is no such file. */
export function readText(name: string): Promise<string | undefined> {
  return (name === '-' ? textOf(process.stdin) : readFile(name, 'utf8')).catch(() => undefined)
}

/** Undefined: it is not JSON. A byte order mark does not matter. */
export function jsonOf(text: string): unknown {
  return strictJsonOf(text.replace(/^\ufeff/, ''))
}
