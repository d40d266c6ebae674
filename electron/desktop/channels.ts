/** The bridge's two physical channels, and the origin that alone may use them. */

export const callChannel = 'kith:call'
export const eventChannel = 'kith:event'
export const pageScheme = 'app'
export const pageHost = 'kith'
export const pageOrigin = 'app://kith'
export const pageUrl = 'app://kith/'
