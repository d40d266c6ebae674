/** How the page is served, the same by every host that has one: which files, as what, under which policy. */

/**
 * The page runs our own scripts and styles and speaks with its own origin only. Nothing is framed, nothing is remote,
 * no text becomes script (Trusted Types), no form leaves.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Headers of every answer that carries a file of the page. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': pagePolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=()',
  'referrer-policy': 'no-referrer',
  'x-dns-prefetch-control': 'off',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // The files are on this machine anyway, and a page of an older version must not come back after an update.
  'cache-control': 'no-store',
}

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
}

type PageFile = { readonly path: string; readonly type: string }

/** Each part of a path begins with a letter, a digit or `_`: no `..`, no hidden file, no escape, no backslash. */
const pathShape = /^(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/
/** Longest path that any file of ours has, with room. */
const maxPathLength = 200

/**
 * The file that a URL's path names, relative to the page's folder, with its content type; undefined for anything that
 * is not plainly one of our files. `pathname` is as received: an escaped character is refused, not decoded.
 */
export function pageFile(pathname: string): PageFile | undefined {
  if (pathname === '/') return { path: 'index.html', type: contentTypes.html ?? '' }
  if (pathname.length > maxPathLength || !pathShape.test(pathname)) return undefined
  const extension = pathname.slice(pathname.lastIndexOf('.') + 1)
  const type = Object.hasOwn(contentTypes, extension) ? contentTypes[extension] : undefined
  return type && pathname.includes('.') ? { path: pathname.slice(1), type } : undefined
}
