/** Whether the build in out/ is newer than everything it was made of. */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'

/** What goes into the build, from the project's root. */
const sources = ['shared', 'electron', 'renderer', 'electron.vite.config.ts', 'package.json', 'package-lock.json']
const results = ['out/main/main.js', 'out/main/engine-process.js', 'out/preload/preload.cjs', 'out/renderer/index.html']

/** Compares times of files in the project's folder `root`; without a build it is not fresh. */
export function isFresh(root: string): boolean {
  const built = results.map((file) => timeOf(path.join(root, file)))
  const oldest = Math.min(...built)
  return oldest > 0 && sources.every((source) => newestIn(path.join(root, source)) <= oldest)
}

function newestIn(place: string): number {
  const own = timeOf(place)
  const stat = statSync(place, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return own
  // A folder's own time counts too: it moves when a file is deleted.
  return readdirSync(place).reduce((newest, name) => Math.max(newest, newestIn(path.join(place, name))), own)
}

function timeOf(place: string): number {
  return statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
