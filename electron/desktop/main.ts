/** The desktop's first file: paths and locks before Electron is ready, then the app. */
import path from 'node:path'
import { app } from 'electron'
import { startDesktop } from './desktop.ts'
import { readFlags } from './flags.ts'
import { registerPageScheme } from './window/page-protocol.ts'

const flags = readFlags(process.argv, process.env)
if (flags.profile) app.setPath('userData', flags.profile)
const profile = app.getPath('userData')
// Chromium's own files stay apart from the engine's, which live in the profile folder itself.
app.setPath('sessionData', path.join(profile, 'chromium'))
app.setPath('crashDumps', path.join(profile, 'chromium', 'crashes'))
app.commandLine.appendSwitch('disable-background-networking')

// One Kith a profile: the second start shows the first one's window and ends.
if (app.requestSingleInstanceLock()) {
  registerPageScheme()
  // Not awaited: Electron becomes ready only after this module has run.
  app.whenReady().then(
    () => startDesktop({ ...flags, profile, developer: !app.isPackaged }),
    () => app.exit(1),
  )
} else app.exit(0)
