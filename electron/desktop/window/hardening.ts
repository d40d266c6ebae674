/** What no page may do, set for every web contents and the page's session. Assume that the page is the attacker. */
import { app, type Session, type WebContents } from 'electron'
import { pageOrigin, pageUrl } from '../channels.ts'

/**
 * Whether Chromium checks words: on a Mac, where it asks the system. Elsewhere it fetches its dictionaries, in a form of
 * its own, from a server of its maker, so it stays off, and spelling/ checks.
 */
export const hasSpelling = process.platform === 'darwin'

type AskToOpen = (url: string) => void

/** Navigation, new windows and webviews are denied everywhere; a link to https is handed to `askToOpen`. */
export function hardenContents(askToOpen: AskToOpen): void {
  app.on('web-contents-created', (_event, contents) => {
    harden(contents, askToOpen)
  })
}

function harden(contents: WebContents, askToOpen: AskToOpen): void {
  // WebRTC is not subject to the page's policy: without this it sends UDP to whatever address the page names.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  contents.on('will-navigate', (details) => details.preventDefault())
  contents.on('will-frame-navigate', (details) => details.preventDefault())
  contents.on('will-redirect', (details) => details.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (isHttps(url)) askToOpen(url)
    return { action: 'deny' }
  })
}

/** Whether the text is a URL with the scheme https. */
export function isHttps(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'https:'
}

/** The page copies text when asked to; it gets no other permission, device, download or request. To be awaited before a page is opened. */
export async function hardenSession(session: Session): Promise<void> {
  const allowed = (permission: string, origin: string) =>
    permission === 'clipboard-sanitized-write' && origin.startsWith(pageOrigin)
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(allowed(permission, contents?.getURL() ?? '')),
  )
  session.setPermissionCheckHandler((_contents, permission, origin) => allowed(permission, origin))
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}))
  session.setSpellCheckerEnabled(hasSpelling)
  session.on('will-download', (event, item) => {
    // The page may offer a text that it has made itself (diagnostics); where it goes is the user's choice.
    if (!item.getURL().startsWith(`blob:${pageOrigin}/`)) event.preventDefault()
  })
  // Below the page's policy: this holds even where a policy is missing or has a hole.
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isOwnRequest(details.url) }))
  // A proxy that is not there, for this machine's own addresses too: no connection of the page gets out, of any kind.
  await session.setProxy({ proxyRules: 'socks5://127.0.0.1:9', proxyBypassRules: '<-loopback>' })
}

function isOwnRequest(url: string): boolean {
  return [pageUrl, `blob:${pageOrigin}/`, 'data:', 'devtools:'].some((prefix) => url.startsWith(prefix))
}
