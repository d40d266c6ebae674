/** The one window. */
import path from 'node:path'
import { BrowserWindow, nativeTheme, type Session, screen } from 'electron'
import { pageUrl } from '../channels.ts'
import { hasSpelling } from './hardening.ts'
import { readWindowFile, writeWindowFile } from './window-file.ts'
import { halfOf, minimumSize, placeWindow, type WindowState } from './window-state.ts'

type MainWindowOptions = {
  readonly session: Session
  readonly preload: string
  /** Folder of the profile: the window's place is kept there. */
  readonly profile: string
  readonly place: 'left' | 'right' | undefined
  readonly icon: Electron.NativeImage
  readonly developer: boolean
  /** Whether closing hides the window instead. */
  readonly keepOnClose: () => boolean
}

/** Shown before the page paints: its `--canvas` (renderer/styles/tokens.css). */
const background = { light: '#efeee9', dark: '#111413' } as const
/** Pause after the last move or resize before the place is saved, in milliseconds. */
const saveDelay = 500

/** Opens the window at its saved place and keeps that place from then on. */
export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const file = path.join(options.profile, 'window.json')
  const state = initialState(file, options.place)
  const window = new BrowserWindow({
    ...state.bounds,
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title: 'Kith',
    icon: options.icon,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    webPreferences: {
      session: options.session,
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: hasSpelling,
      devTools: options.developer,
      navigateOnDragDrop: false,
      safeDialogs: true,
    },
  })
  if (state.maximized) window.maximize()
  // Shown when there is something to see: an empty window would flash in the wrong colour.
  window.once('ready-to-show', () => window.show())
  rememberPlace(window, file)
  window.on('close', (event) => {
    if (!options.keepOnClose()) return
    event.preventDefault()
    window.hide()
  })
  // Rejects when the page's files are missing; the window then stays empty and says so in its title.
  window.loadURL(pageUrl).catch(() => window.show())
  return window
}

/** Shows the window and gives it the focus, also when it was minimised. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

function initialState(file: string, place: 'left' | 'right' | undefined): WindowState {
  const first = screen.getPrimaryDisplay()
  if (place) return { bounds: halfOf(first.workArea, place), maximized: false }
  const others = screen.getAllDisplays().filter((display) => display.id !== first.id)
  return placeWindow(
    readWindowFile(file),
    [first, ...others].map((display) => display.workArea),
  )
}

function rememberPlace(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | undefined
  const save = () => {
    clearTimeout(timer)
    if (!window.isDestroyed())
      writeWindowFile(file, { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  }
  const saveSoon = () => {
    clearTimeout(timer)
    timer = setTimeout(save, saveDelay)
  }
  window.on('resize', saveSoon)
  window.on('move', saveSoon)
  window.on('close', save)
  window.on('closed', () => clearTimeout(timer))
}
