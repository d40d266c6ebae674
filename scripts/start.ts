/**
 * `npm start [-- --two]`: Kith with its embedded demo server. Builds what is older than its sources, starts the
 * server, opens one desktop (or two, side by side), and ends the server when the last one is closed.
 */
import type { ChildProcess } from 'node:child_process'
import { type DemoPlaces, demoPlaces, holdDemo, type Shown, startDemo } from './lib/demo.ts'
import { findRuntime, type Runtime } from './lib/desktop-runtime.ts'
import { isFresh } from './lib/freshness.ts'
import { type HostOptions, type Place, startDesktop, startWeb } from './lib/hosts.ts'
import { desktopPackages, ensurePackages } from './lib/packages.ts'
import { exitCode, run, stop } from './lib/processes.ts'

type Desktop = Extract<Runtime, { readonly path: string }>

const two = process.argv.includes('--two')
const running = new Set<ChildProcess>()
let ending = false

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

if (Number(process.versions.node.split('.')[0]) < 24)
  say('Kith needs Node 24, which its own packages bring along: please start it by "npm start" after "npm install".')
else process.exitCode = await start()

async function start(): Promise<number> {
  const runtime = findRuntime()
  const places = demoPlaces(process.env)
  // From here on Ctrl+C ends every child, whatever step it falls into.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void endHosts())
  const holder = await holdDemo(places.folder, two ? 'two' : 'one')
  if (typeof holder === 'string') return showRunning(runtime, places, holder)
  try {
    if ('path' in runtime) await ensurePackages(desktopPackages)
    const built = isFresh('.') ? 0 : await build()
    return built === 0 && !ending ? await showDemo(runtime, places) : built
  } finally {
    holder.close()
  }
}

function build(): Promise<number> {
  say('Building ...')
  return run('electron-vite', ['build', '--logLevel', 'warn'])
}

async function showDemo(runtime: Runtime, places: DemoPlaces): Promise<number> {
  const demo = await startDemo(places)
  // Without its server the demo shows nothing: when that ends, the windows close.
  void demo.ended.then(() => endHosts())
  try {
    return ending ? 0 : await showHosts(runtime, places)
  } finally {
    await demo.stop()
  }
}

/**
 * A second start while the first one runs. A desktop that is open comes to the front, one that is not is opened; in the
 * browser, where a link is good for one, it opens what the first start has not.
 */
async function showRunning(runtime: Runtime, places: DemoPlaces, shown: Shown): Promise<number> {
  say('The demo is already running.')
  if ('path' in runtime) return showSides((options) => showDesktop(runtime, options), places)
  say('Press Enter in its terminal for another link.')
  return two && shown === 'one' ? showWeb(optionsOf(places, 1, 'right')) : 0
}

/** Until every face is closed; the first exit code that is not 0. */
async function showHosts(runtime: Runtime, places: DemoPlaces): Promise<number> {
  if ('path' in runtime) return showSides((options) => showDesktop(runtime, options), places)
  sayWeb(runtime.reason)
  return showSides(showWeb, places)
}

async function showSides(show: (options: HostOptions) => Promise<number>, places: DemoPlaces): Promise<number> {
  const sides: readonly Place[] = two ? ['left', 'right'] : ['whole']
  const codes = await Promise.all(sides.map((side, at) => show(optionsOf(places, at, side))))
  return codes.find((code) => code !== 0) ?? 0
}

function optionsOf(places: DemoPlaces, at: number, place: Place): HostOptions {
  return { profile: places.profile(`${at + 1}`), demo: places.file, place }
}

async function showDesktop(runtime: Desktop, options: HostOptions): Promise<number> {
  const { child, ended } = startDesktop(runtime, options)
  running.add(child)
  const { code, reason } = await ended
  running.delete(child)
  if (reason === undefined || ending) return ending ? 0 : code
  sayWeb(reason)
  return showWeb(options)
}

async function showWeb(options: HostOptions): Promise<number> {
  if (ending) return 0
  const child = startWeb(options)
  running.add(child)
  const code = await exitCode(child)
  running.delete(child)
  return ending ? 0 : code
}

function sayWeb(reason: string): void {
  say(`No desktop window, because ${reason}: Kith opens in the browser instead. Ctrl+C ends it.`)
}

async function endHosts(): Promise<void> {
  ending = true
  await Promise.all([...running].map((child) => stop(child)))
}
