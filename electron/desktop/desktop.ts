/** The composition root of the main process: window, engine, tray, menu and notifications, and who tells whom. */
import path from 'node:path'
import { app, type BrowserWindow, dialog, nativeTheme, session as sessions } from 'electron'
import { contract, type Settings } from '../../shared/contract.ts'
import { nearestLanguage } from '../../shared/language.ts'
import type { EventEnvelope } from '../../shared/rpc.ts'
import { systemClock } from '../engine/ground/system-ports.ts'
import { type EngineLink, openEngineLink } from './engine/engine-link.ts'
import { forkEngine } from './engine/fork-engine.ts'
import type { Flags } from './flags.ts'
import { answerCalls, answerSpelling, sendEvent } from './ipc.ts'
import { askForConsent } from './native/consent.ts'
import { addContextMenu } from './native/context-menu.ts'
import { iconImage } from './native/icon-image.ts'
import { askToOpenLink } from './native/links.ts'
import type { Actions } from './native/menu-items.ts'
import { setMenu } from './native/menu.ts'
import { createNotifier } from './native/notifications.ts'
import { openTray, type TrayIcon, trayIsShown } from './native/tray.ts'
import { openUnreadCounter } from './native/unread.ts'
import { nativeWords } from './native/words.ts'
import { openSpelling } from './spelling/spelling.ts'
import { hardenContents, hasSpelling, hardenSession } from './window/hardening.ts'
import { bringToFront, openMainWindow } from './window/main-window.ts'
import { servePage } from './window/page-protocol.ts'

type DesktopOptions = Flags & { readonly profile: string; readonly developer: boolean }

/** `out/main`, where the build puts this code; the page and the preload lie beside it. */
const here = import.meta.dirname
const iconSize = 128

/** Starts everything once Electron is ready; from then on events move it. */
export function startDesktop(options: DesktopOptions): Promise<void> {
  return new Desktop(options).start()
}

class Desktop {
  readonly #options: DesktopOptions
  readonly #engine: EngineLink
  readonly #session = sessions.fromPartition('kith')
  readonly #notifier = createNotifier(systemClock, (conversation) => this.#openConversation(conversation))
  readonly #unread = openUnreadCounter(
    systemClock,
    (envelope) => this.#engine.serve(envelope),
    (count) => this.#showUnread(count),
  )
  readonly #spelling = openSpelling(
    hasSpelling ? [] : app.getPreferredSystemLanguages(),
    path.join(here, 'spelling-worker.js'),
  )
  #window: BrowserWindow | undefined
  #tray: TrayIcon | undefined
  #unreadCount = 0
  #quitting = false
  #settings: Settings = {
    language: nearestLanguage([app.getLocale()]),
    theme: 'system',
    notifications: true,
    notificationText: false,
  }

  constructor(options: DesktopOptions) {
    this.#options = options
    const start = {
      profile: options.profile,
      demoFile: options.demo,
      appVersion: app.getVersion(),
      systemLanguage: app.getLocale(),
      loopback: options.loopback,
    }
    this.#engine = openEngineLink({
      fork: () => forkEngine(path.join(here, 'engine-process.js'), start),
      clock: systemClock,
      onEvent: (event) => this.#onEvent(event),
      onFailed: (reason) => this.#cannotStart(reason),
      askConsent: (origin) =>
        askForConsent(origin, { words: nativeWords(this.#settings.language), window: this.#window }),
    })
  }

  async start(): Promise<void> {
    hardenContents((url) => askToOpenLink(url, nativeWords(this.#settings.language), this.#window))
    await hardenSession(this.#session)
    servePage(this.#session, path.join(here, '../renderer'))
    answerCalls(
      () => this.#window?.webContents,
      (envelope) => this.#engine.serve(envelope),
    )
    answerSpelling(() => this.#window?.webContents, this.#spelling)
    this.#applySettings(this.#settings)
    this.#openWindow()
    app.on('second-instance', () => this.#open())
    app.on('activate', () => this.#open())
    app.on('window-all-closed', () => app.quit())
    app.on('before-quit', () => {
      this.#quitting = true
    })
    app.on('will-quit', (event) => this.#quit(event))
    // Neither is waited for: the window is drawn in the system's language and theme meanwhile.
    void this.#readSettings()
    void this.#addTray()
  }

  #openWindow(): void {
    this.#window = openMainWindow({
      session: this.#session,
      preload: path.join(here, '../preload/preload.cjs'),
      profile: this.#options.profile,
      place: this.#options.place,
      icon: iconImage(iconSize),
      developer: this.#options.developer,
      keepOnClose: () => this.#tray !== undefined && !this.#quitting,
    })
    addContextMenu(this.#window, { words: () => nativeWords(this.#settings.language), spelling: this.#spelling })
    this.#window.on('closed', () => {
      this.#window = undefined
    })
  }

  #open(): void {
    if (this.#window) bringToFront(this.#window)
    else this.#openWindow()
  }

  #openConversation(conversation: string | undefined): void {
    this.#open()
    if (conversation !== undefined) this.#toPage({ name: 'app.open', value: { conversation } })
  }

  #toPage(event: EventEnvelope): void {
    sendEvent(this.#window?.webContents, event)
  }

  #onEvent(event: EventEnvelope): void {
    this.#toPage(event)
    if (event.name === 'settings.changed') this.#applySettings(event.value)
    else if (event.name === 'message.arrived' || event.name === 'request.arrived')
      this.#notifier.arrived(event, {
        settings: this.#settings,
        focused: this.#window?.isFocused() ?? false,
        words: nativeWords(this.#settings.language),
        // The desktops' notification servers do (freedesktop.org, `body-markup`); Windows and macOS show text.
        markup: process.platform === 'linux',
      })
    if (event.name === 'conversation.changed' || event.name === 'session.changed') this.#unread.countSoon()
  }

  async #readSettings(): Promise<void> {
    const answer = await this.#engine.serve({ name: 'settings.get', input: {} })
    if (answer.ok) this.#applySettings(answer.value)
    this.#unread.countSoon()
  }

  #applySettings(value: unknown): void {
    const parsed = contract.events['settings.changed'].safeParse(value)
    if (!parsed.success) return
    this.#settings = parsed.data
    nativeTheme.themeSource = parsed.data.theme
    const words = nativeWords(parsed.data.language)
    setMenu(words, this.#actions, this.#options.developer)
    this.#tray?.show(words, this.#unreadCount)
  }

  readonly #actions: Actions = {
    open: () => this.#open(),
    refresh: () => void this.#engine.serve({ name: 'contacts.refresh', input: {} }),
    lock: () => void this.#engine.serve({ name: 'session.lock', input: {} }),
    quit: () => app.quit(),
  }

  async #addTray(): Promise<void> {
    // Without a tray closing the window ends the app; with an unseen one it could not be opened again.
    if (!(await trayIsShown()) || this.#quitting) return
    this.#tray = openTray(this.#actions)
    this.#showUnread(this.#unreadCount)
  }

  #showUnread(count: number): void {
    this.#unreadCount = count
    this.#tray?.show(nativeWords(this.#settings.language), count)
  }

  #cannotStart(reason: 'profileInUse' | 'internal'): void {
    const words = nativeWords(this.#settings.language)
    if (reason === 'profileInUse') dialog.showErrorBox(words.inUse, words.inUseDetail)
    else dialog.showErrorBox(words.cannotStart, `${words.cannotStartDetail}\n${this.#options.profile}`)
    // Not `quit`: that would ask the engine to close, and there is none.
    app.exit(1)
  }

  /** The engine saves and says goodbye to its servers before the process ends. */
  #quit(event: Electron.Event): void {
    event.preventDefault()
    this.#unread.stop()
    this.#tray?.remove()
    this.#tray = undefined
    void this.#engine.close().then(() => app.exit(0))
  }
}
