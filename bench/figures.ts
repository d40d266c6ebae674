/** Quantiles, the table that bench/README.md keeps, and the memory of a process tree. */
import { execFileSync } from 'node:child_process'

/** The value at a quantile (0 to 1) of measured numbers. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

export function milliseconds(value: number): string {
  return `${Math.round(value)} ms`
}

export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  process.stdout.write(`\n### ${title}\n\n${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`)
}

/** Resident memory of a process and all below it, in MB; pages that they share count in each. */
export function residentMegabytes(pid: number): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const below = (parent: number): number =>
    rows.filter(([, ppid]) => ppid === parent).reduce((sum, [own = 0, , rss = 0]) => sum + rss + below(own), 0)
  const own = rows.find(([id]) => id === pid)?.[2] ?? 0
  return (own + below(pid)) / 1024
}
