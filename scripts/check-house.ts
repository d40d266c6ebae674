/**
 * `npm run lint`: every source file that git tracks or would track, against scripts/house-rules.ts.
 * `check-house.ts FOLDER` looks at another checkout, such as an older one, to compare its figures.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { minFileLines } from './house-rules.ts'
import { checkCircles } from './house/circles.ts'
import { checkReasons, checkUnusedPackages } from './house/dependencies.ts'
import { checkMeanings, checkUnusedExports } from './house/exports.ts'
import { readFacts } from './house/facts.ts'
import { figuresOf } from './house/figures.ts'
import { checkImports } from './house/imports.ts'
import { checkReferences } from './house/references.ts'
import { checkRooms } from './house/rooms.ts'
import { checkSizes, smallFiles } from './house/sizes.ts'
import { checkDocumented, checkHeadLines } from './house/words.ts'

const root = process.argv[2] ?? '.'
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const listing = ['ls-files', '--cached', '--others', '--exclude-standard']
const listed = execFileSync('git', listing, { cwd: root, encoding: 'utf8' }).split('\n')
// A file that is being merged is listed once for each side.
const paths = [...new Set(listed)].filter((file) => file !== '' && existsSync(path.join(root, file)))
const files = paths
  .filter((file) => /\.(ts|tsx|mts|cts|js|mjs|cjs|jsx)$/.test(file))
  .map((file) => readFacts(file, read(file)))
const documents = new Map(paths.filter((file) => file.endsWith('.md')).map((file) => [file, read(file)]))
// The change log tells of what was.
const pages = [...documents]
  .filter(([file]) => file !== 'CHANGELOG.md')
  .map(([file, text]) => ({ path: file, comments: [{ text, line: 1 }] }))

const rules: Readonly<Record<string, readonly string[]>> = {
  imports: checkImports(files),
  sizes: checkSizes(files),
  reasons: checkReasons(read('package.json'), read('ARCHITECTURE.md')),
  'unused packages': checkUnusedPackages(read('package.json'), files),
  rooms: checkRooms(files),
  circles: checkCircles(files),
  'unused exports': checkUnusedExports(files),
  'names with more than one meaning': checkMeanings(files),
  'dead references': checkReferences([...files, ...pages], { paths, documents }),
  'missing head lines': checkHeadLines(files),
  'missing doc comments': checkDocumented(files),
}

const small = smallFiles(files)
if (small.length > 0) say(`${small.length} files under ${minFileLines} lines, a smell: ${small.join(', ')}`)
for (const figure of figuresOf(files)) say(figure)
for (const [rule, complaints] of Object.entries(rules)) {
  for (const complaint of complaints) say(complaint)
  say(`${rule}: ${complaints.length}`)
}
if (Object.values(rules).some((complaints) => complaints.length > 0)) process.exitCode = 1

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
