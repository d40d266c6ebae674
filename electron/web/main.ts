/**
 * `node electron/web/main.ts [--profile DIR] [--port N] [--demo FILE] [--no-open] [--json]
 * [--insecure-loopback]`: Kith in a browser.
 */
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '../engine/engine.ts'
import { hostPorts, programVersion, usualProfile } from '../engine/ground/host-ports.ts'
import { openBrowser } from './open-browser.ts'
import { openWebHost } from './web-host.ts'

const root = path.resolve(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    profile: { type: 'string' },
    port: { type: 'string', default: '0' },
    demo: { type: 'string' },
    'no-open': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    // A trial, where the server stands on this machine too.
    'insecure-loopback': { type: 'boolean', default: false },
  },
})

const pages = path.join(root, 'out/renderer')
if (!existsSync(path.join(pages, 'index.html'))) {
  process.stderr.write('The page is not built yet: run "npm run build" first.\n')
  process.exit(1)
}

const profile = path.resolve(values.profile ?? usualProfile(process.env))
const version = programVersion(root)
/** Servers that were allowed since the start, and the one that is asked about. */
const allowed = new Set<string>()
let askedAbout: string | undefined

/** The terminal is where no page can answer. The sign-in fails meanwhile, and is tried again after a yes. */
async function askForConsent(origin: string): Promise<boolean> {
  if (allowed.has(origin)) return true
  // The first question stands: a page must not put another server under a yes that is being typed.
  if (askedAbout !== undefined) return false
  askedAbout = origin
  process.stderr.write(
    `Sign-in names a server that Kith has not spoken with: ${origin}\nType "yes" and Enter to allow it, only Enter to refuse it.\n`,
  )
  return false
}

const ports = hostPorts({
  profile,
  demoFile: values.demo ?? process.env.KITH_DEMO,
  face: 'browser',
  appVersion: version,
  systemLanguage: Intl.DateTimeFormat().resolvedOptions().locale,
  consent: { confirm: askForConsent, loopback: values['insecure-loopback'] ? 'allowed' : 'refused' },
})
const engine = await openEngine(ports)
const state = await engine.serve({ name: 'session.state', input: {} })
if (!state.ok && state.failure.kind === 'profileInUse') {
  process.stderr.write(
    'Another Kith has this profile open, in a window, a browser or a terminal: close that one first.\n',
  )
  process.exit(1)
}
const host = await openWebHost({ engine, pages, port: Number(values.port), clock: ports.clock, random: ports.random })
const browserFile = path.join(profile, 'open.html')

function announce(): void {
  const url = host.link()
  process.stdout.write(values.json ? `${JSON.stringify({ url })}\n` : `Kith is open for one browser at ${url}\n`)
}

async function end(): Promise<void> {
  rmSync(browserFile, { force: true })
  await host.close()
  await engine.close()
  process.exit(0)
}

announce()
// A link of its own: each is good for one browser, and the printed one is somebody else's.
if (!values['no-open']) await openBrowser(host.link(), browserFile)
// Each line of input asks for another link: the one before was good for one browser.
process.stdin.on('data', (line) => {
  const origin = askedAbout
  askedAbout = undefined
  if (origin === undefined) announce()
  else if (String(line).trim().toLowerCase() === 'yes') {
    allowed.add(origin)
    process.stderr.write('Allowed. Now sign in again.\n')
  }
})
process.stdin.on('error', () => undefined)
// In the background of a terminal, reading fails instead of stopping the program.
process.on('SIGTTIN', () => undefined)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())
