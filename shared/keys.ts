/**
 * The keys that work everywhere in the window, said once: for the page and the desktop's menu, which bind them, and for
 * the map that shows them. A combination is written as Electron writes it: CmdOrCtrl is Cmd on a Mac and Ctrl elsewhere.
 */

/** Places of the navigation that have a number. */
export const placeDeeds = ['place1', 'place2', 'place3', 'place4', 'place5'] as const

/** What the page does at a key, in the order of the map. */
export const pageDeeds = ['palette', 'search', 'write', ...placeDeeds, 'settings', 'refresh', 'keys'] as const
/** One of them. */
export type PageDeed = (typeof pageDeeds)[number]

/** The combinations of one deed. `browser`: shown there instead, where browsers keep the others for themselves. */
type Keys = { readonly keys: readonly string[]; readonly browser?: readonly string[] }

/** What the page binds. */
export const pageKeys: Readonly<Record<PageDeed, Keys>> = {
  palette: { keys: ['CmdOrCtrl+K'] },
  search: { keys: ['CmdOrCtrl+F'] },
  write: { keys: ['CmdOrCtrl+N'], browser: ['Alt+N'] },
  place1: { keys: ['CmdOrCtrl+1'] },
  place2: { keys: ['CmdOrCtrl+2'] },
  place3: { keys: ['CmdOrCtrl+3'] },
  place4: { keys: ['CmdOrCtrl+4'] },
  place5: { keys: ['CmdOrCtrl+5'] },
  settings: { keys: ['CmdOrCtrl+,'] },
  refresh: { keys: ['CmdOrCtrl+R'] },
  keys: { keys: ['?'] },
}

/** What the desktop's menu does at a key, in the order of the map. */
export const menuDeeds = ['zoomIn', 'zoomOut', 'actualSize', 'lock', 'closeWindow', 'quit'] as const

/** What the desktop's menu binds. Plus and equals are one key on most keyboards, which zooms with Shift and without. */
export const menuKeys: Readonly<Record<(typeof menuDeeds)[number], readonly [string, ...string[]]>> = {
  zoomIn: ['CmdOrCtrl+=', 'CmdOrCtrl+Plus'],
  zoomOut: ['CmdOrCtrl+-'],
  actualSize: ['CmdOrCtrl+0'],
  lock: ['CmdOrCtrl+L'],
  closeWindow: ['CmdOrCtrl+W'],
  quit: ['CmdOrCtrl+Q'],
}
