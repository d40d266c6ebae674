/** The desktop's first file: paths and locks before Electron is ready, then the app. */
import path from 'node:path'
import { app } from 'electron'
import { startDesktop } from './desktop.ts'
import { readFlags, refusedFlag } from './flags.ts'
import { registerPageScheme } from './window/page-protocol.ts'

const refused = app.isPackaged ? refusedFlag(process.argv.slice(1)) : undefined
if (refused !== undefined) {
  // Before Chromium acts on it: at this point no window, port or page is there.
  process.stderr.write(
    `Kith does not start with ${refused}: it could open what is written here to others. Leave it away.\n`,
  )
  process.exit(1)
}
const flags = readFlags(process.argv, process.env)
if (flags.profile) app.setPath('userData', flags.profile)
const profile = app.getPath('userData')
// Chromium's own files stay apart from the engine's, which live in the profile folder itself.
app.setPath('sessionData', path.join(profile, 'chromium'))
app.setPath('crashDumps', path.join(profile, 'chromium', 'crashes'))
app.commandLine.appendSwitch('disable-background-networking')
// The page asks nobody for a name: what needs the network is the engine, which is a process of its own.
app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')

// One Kith a profile: the second start shows the first one's window and ends.
if (app.requestSingleInstanceLock()) {
  registerPageScheme()
  // Not awaited: Electron becomes ready only after this module has run.
  app.whenReady().then(
    () => startDesktop({ ...flags, profile, developer: !app.isPackaged }),
    () => app.exit(1),
  )
} else app.exit(0)
