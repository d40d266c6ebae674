/** The bridge's two physical channels, and the origin that alone may use them. */

/** The page's calls to the main process, each with its answer. */
export const callChannel = 'kith:call'
/** The page's words, to be checked against a dictionary of this computer. */
export const spellingChannel = 'kith:spelling'
/** Events from the main process to the page. */
export const eventChannel = 'kith:event'
/** The page's own scheme: its origin is nobody else's, and it has no network. */
export const pageScheme = 'app'
/** The one host of that scheme. */
export const pageHost = 'kith'
/** What `origin` says in the page; every call is compared with it. */
export const pageOrigin = 'app://kith'
/** The page's address, which the window opens. */
export const pageUrl = 'app://kith/'
