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
}

/** Reads Kith's own flags out of the command line and the environment. */
export function readFlags(words: readonly string[], environment: Readonly<Record<string, string | undefined>>): Flags {
  const profile = flagValue(words, 'profile')
  const demo = flagValue(words, 'demo') ?? environment.KITH_DEMO
  const place = flagValue(words, 'place')
  return {
    ...(profile ? { profile: path.resolve(profile) } : {}),
    ...(demo ? { demo: path.resolve(demo) } : {}),
    ...(place === 'left' || place === 'right' ? { place } : {}),
  }
}

function flagValue(words: readonly string[], name: string): string | undefined {
  const prefix = `--${name}=`
  return words.find((word) => word.startsWith(prefix))?.slice(prefix.length)
}
