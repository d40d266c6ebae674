/**
 * Runs a script with the Node that `npm ci` brought: `node scripts/node.mjs SCRIPT ...`. npm 10 and older leave it out of
 * node_modules/.bin, where everything else finds it: then it is put there. Plain JavaScript, for the Node of the system.
 */
import { spawn } from 'node:child_process'
import { existsSync, symlinkSync } from 'node:fs'
import path from 'node:path'

const isWindows = process.platform === 'win32'
const folder = `node-${isWindows ? 'win' : process.platform}-${process.arch}`
const own = path.resolve('node_modules', folder, 'bin', isWindows ? 'node.exe' : 'node')
const link = path.resolve('node_modules', '.bin', 'node')
if (!isWindows && existsSync(own) && !existsSync(link)) symlinkSync(path.relative(path.dirname(link), own), link)

// Where npm has none for this machine, the system's own has to do.
const child = spawn(existsSync(own) ? own : process.execPath, process.argv.slice(2), { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.once('exit', (code) => process.exit(code ?? 1))
