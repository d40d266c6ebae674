/** Quantiles, the tables that bench/README.md keeps, and the memory of a program's processes. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The value at a quantile (0 to 1) of measured numbers. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

/** A time for a table, whole. */
export function milliseconds(value: number): string {
  return `${Math.round(value)} ms`
}

/** Prints a table in Markdown. */
export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  process.stdout.write(`\n### ${title}\n\n${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`)
}

/** Megabytes by what a process is for; `rest`: Chromium's own, for the screen, the network and their like. */
export type Memory = Readonly<Record<'main' | 'engine' | 'page' | 'rest', number>>

/** Of a process and all below it, each shared page counted once (proportional set size, Linux). */
export function memoryOf(pid: number): Memory {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const memory = { main: megabytes(pid), engine: 0, page: 0, rest: 0 }
  const addBelow = (parent: number): void => {
    for (const [own = 0, ppid] of rows) {
      if (ppid !== parent) continue
      memory[roleOf(own, parent)] += megabytes(own)
      addBelow(own)
    }
  }
  addBelow(pid)
  return memory
}

export const memoryHead = ['main MB', 'engine MB', 'page MB', 'rest MB']

/** MB of each kind of process, for a table. */
export function memoryCells({ main, engine, page, rest }: Memory): string[] {
  return [main, engine, page, rest].map((value) => `${Math.round(value)}`)
}

function roleOf(pid: number, parent: number): 'engine' | 'page' | 'rest' {
  const words = readProcess(pid, 'cmdline')
  if (words.includes('node.mojom.NodeService')) return 'engine'
  // Chromium forks pages from a zygote, whose words they keep; the other zygote's child is the one that draws.
  const isForked = [words, readProcess(parent, 'cmdline')].every((text) => text.includes('--type=zygote'))
  return isForked && !words.includes('--no-zygote-sandbox') ? 'page' : 'rest'
}

function megabytes(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readProcess(pid, 'smaps_rollup'))?.[1] ?? 0) / 1024
}

/** Empty for a process that has ended meanwhile. */
function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
