/** `npm run lint`: every source file that git tracks or would track, against scripts/house-rules.ts. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { checkDependencies } from './dependencies.ts'
import { checkFile } from './house.ts'
import { maxFolderFiles } from './house-rules.ts'

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|tsx|mts|cts|js|mjs|cjs|jsx)$/.test(file) && existsSync(file))

const complaints = files.flatMap((file) => checkFile(file, readFileSync(file, 'utf8')))
const folders = Map.groupBy(
  files.filter((file) => !/\.(test|integration)\.tsx?$/.test(file)),
  (file) => file.slice(0, file.lastIndexOf('/')),
)
for (const [folder, inside] of folders)
  if (inside.length > maxFolderFiles)
    complaints.push(`${folder}: ${inside.length} files, more than ${maxFolderFiles}; split it`)

complaints.push(...checkDependencies(readFileSync('package.json', 'utf8'), readFileSync('ARCHITECTURE.md', 'utf8')))

for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
process.stderr.write(`house rules: ${files.length} files, ${complaints.length} complaints\n`)
process.exitCode = complaints.length > 0 ? 1 : 0
