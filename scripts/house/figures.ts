/** Figures of the product: what it is measured by, without the programs that measure and test it. */
import { longFunctionLines, measuringParts } from '../house-rules.ts'
import type { FileFacts } from './facts.ts'
import { partOf } from './imports.ts'

/** One line each, as `name: figure`. */
export function figuresOf(files: readonly FileFacts[]): readonly string[] {
  const product = files.filter((file) => !file.isTest && !measuringParts.includes(partOf(file.path)?.name ?? ''))
  const lines = sum(product.map((file) => file.lines))
  const exports = product.flatMap((file) => file.exports.filter(({ isPassedOn }) => !isPassedOn))
  const long = product.flatMap(({ path, functionLines }) =>
    functionLines.filter((length) => length > longFunctionLines).map((length) => `${path} ${length}`),
  )
  const several = [...Map.groupBy(exports, ({ name }) => name).values()].filter((same) => same.length > 1)
  return [
    `product: ${product.length} files, ${lines} lines`,
    `documented exports: ${share(exports.filter(({ isDocumented }) => isDocumented).length, exports.length)} of ${exports.length}`,
    `comment lines: ${share(sum(product.map((file) => file.commentLines)), lines)}`,
    [`functions over ${longFunctionLines} lines: ${long.length}`, ...long].join('\n  '),
    `files with a head line: ${share(product.filter((file) => file.hasHeadLine).length, product.length)}`,
    `names that several files export, over all parts: ${several.length}`,
  ]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function share(part: number, whole: number): string {
  return `${Math.round((100 * part) / Math.max(whole, 1))} %`
}
