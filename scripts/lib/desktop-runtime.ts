/** Whether the desktop can be shown here, and if not, why, in one line. */
import { electronPath } from './end-to-end.ts'

/** Electron's program with the words to start it, or why there is none. */
export type Runtime = { readonly path: string; readonly words: readonly string[] } | { readonly reason: string }

/** What decides about the runtime. `uid` is absent where the system has none. */
export type Surroundings = {
  readonly platform: NodeJS.Platform
  readonly uid: number | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Electron's program, looked for only when everything else is there: the first look may download it. */
  readonly find: () => string | undefined
}

/** The runtime with the words to start it with, or the reason why there is none. `here`: the machine, for tests. */
export function findRuntime(here: Surroundings = ownSurroundings()): Runtime {
  const { environment } = here
  const testing = environment.KITH_TEST_NO_SANDBOX === '1'
  if (here.platform === 'linux' && !environment.DISPLAY && !environment.WAYLAND_DISPLAY)
    return { reason: 'there is no graphical screen here (DISPLAY is not set)' }
  if (here.platform === 'linux' && here.uid === 0 && !testing)
    return { reason: "Chromium's sandbox does not run as root, and Kith does not run without it" }
  const path = here.find()
  if (!path) return { reason: "Electron's runtime could not be fetched" }
  return { path, words: testing ? ['--no-sandbox'] : [] }
}

/** Why Electron ended as soon as it was started, from what it printed; undefined when the reason is none of these. */
export function reasonOfEnd(printed: string): string | undefined {
  const library = /error while loading shared libraries: (\S+?):/.exec(printed)?.[1]
  if (library) return `Electron needs the shared library ${library}, which is not installed`
  if (/Missing X server|cannot open display|Unable to open X display|Failed to connect to Wayland/i.test(printed))
    return 'the graphical screen does not answer'
  if (/sandbox/i.test(printed) && /FATAL/.test(printed))
    return 'this system does not let Chromium build its sandbox, and Kith does not run without it'
  return undefined
}

function ownSurroundings(): Surroundings {
  return {
    platform: process.platform,
    uid: process.getuid?.(),
    environment: process.env,
    find: electronPath,
  }
}
