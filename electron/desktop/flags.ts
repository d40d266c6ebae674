/** The desktop's own flags among Chromium's. A word that is neither is left alone: Electron passes its own. */
import path from 'node:path'

/** What Kith was started with on the command line. */
export type Flags = {
  /** Folder of the profile; undefined for the user's usual one. */
  readonly profile?: string
  /** JSON file that describes an embedded demo server. */
  readonly demo?: string
  /** Half of the screen that the first window takes, when two are shown side by side. */
  readonly place?: 'left' | 'right'
  /** Whether sign-in may name a server on this machine: for trials, where the server stands beside the desktop. */
  readonly loopback: 'allowed' | 'refused'
}

/**
 * Flags of Chromium's that an installed Kith may be started with: how it is drawn, and in which language. Every other one
 * is refused, since among them are those that open the page to other programs (`--remote-debugging-port`), start
 * programs (`--renderer-cmd-prefix`), take the sandbox away or lead the network elsewhere; new ones come with each version.
 */
const harmless: ReadonlySet<string> = new Set([
  'lang',
  'ozone-platform',
  'ozone-platform-hint',
  'force-device-scale-factor',
  'disable-gpu',
  'enable-wayland-ime',
])
const own: ReadonlySet<string> = new Set(['profile', 'demo', 'place', 'insecure-loopback'])

/** The first flag that an installed Kith refuses; undefined where it may start. `words`: without the program's name. */
export function refusedFlag(words: readonly string[]): string | undefined {
  return words.find((word) => {
    // Chromium reads one dash as two.
    const name = /^--?([^=]*)/.exec(word)?.[1]
    return name !== undefined && !harmless.has(name) && !own.has(name)
  })
}

/** Reads Kith's own flags out of the command line and the environment. */
export function readFlags(words: readonly string[], environment: Readonly<Record<string, string | undefined>>): Flags {
  const profile = flagValue(words, 'profile')
  const demo = flagValue(words, 'demo') ?? environment.KITH_DEMO
  const place = flagValue(words, 'place')
  return {
    ...(profile ? { profile: path.resolve(profile) } : {}),
    ...(demo ? { demo: path.resolve(demo) } : {}),
    loopback: words.includes('--insecure-loopback') ? 'allowed' : 'refused',
    ...(place === 'left' || place === 'right' ? { place } : {}),
  }
}

function flagValue(words: readonly string[], name: string): string | undefined {
  const prefix = `--${name}=`
  return words.find((word) => word.startsWith(prefix))?.slice(prefix.length)
}
