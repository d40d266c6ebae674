/** The import table of ARCHITECTURE.md as data: who may import whom, and which package belongs to which file. */

export type Part = {
  readonly name: string
  /** Path prefix from the project's root. */
  readonly root: string
  /** Parts of Kith that this one may import beside itself. */
  readonly imports: readonly string[]
  /** Whether `node:*` may be imported by what ships. */
  readonly node: boolean
}

/** Longest prefix wins; a file that matches none is an error. */
export const parts: readonly Part[] = [
  { name: 'shared', root: 'shared/', imports: [], node: false },
  { name: 'engine', root: 'electron/engine/', imports: ['shared'], node: true },
  { name: 'desktop', root: 'electron/desktop/', imports: ['shared', 'engine'], node: true },
  { name: 'web', root: 'electron/web/', imports: ['shared', 'engine'], node: true },
  { name: 'cli', root: 'electron/cli/', imports: ['shared', 'engine'], node: true },
  { name: 'renderer', root: 'renderer/', imports: ['shared'], node: false },
  ...['electron.vite.config.ts', 'vitest.config.ts', 'renderer/vite.config.ts', 'renderer/plugins.ts'].map((root) => ({
    name: 'configs',
    root,
    imports: ['shared'],
    node: true,
  })),
  { name: 'server', root: 'server/', imports: ['shared'], node: true },
  { name: 'e2e', root: 'e2e/', imports: ['shared', 'scripts'], node: true },
  { name: 'bench', root: 'bench/', imports: ['shared', 'scripts', 'e2e'], node: true },
  { name: 'scripts', root: 'scripts/', imports: ['shared'], node: true },
]

export type PackageRule = {
  /** Parts that may import the package. */
  readonly parts: readonly string[]
  /** When set, only files whose path starts with one of these (tests aside): one door for a foreign library. */
  readonly files?: readonly string[]
}

/** Every package that any file imports; one that is missing here is an error. */
export const packages: Readonly<Record<string, PackageRule>> = {
  zod: { parts: ['shared', 'engine', 'desktop', 'web', 'cli', 'server'] },
  tweetnacl: { parts: ['shared', 'engine'] },
  tr46: { parts: ['shared'], files: ['shared/text/idna.ts'] },
  saxes: { parts: ['shared', 'server'], files: ['shared/soap/', 'server/import/xmpp/'] },
  axios: { parts: ['engine'], files: ['electron/engine/soap/soap-client.ts'] },
  keytar: { parts: ['engine'], files: ['electron/engine/ground/keychain.ts'] },
  imapflow: { parts: ['engine'], files: ['electron/engine/mail/network/imap.ts'] },
  nodemailer: { parts: ['engine', 'e2e'], files: ['electron/engine/mail/network/smtp.ts', 'e2e/'] },
  mailauth: {
    parts: ['engine', 'server'],
    files: ['electron/engine/mail/incoming/dkim.ts', 'server/mail/smtp/dkim-verify.ts'],
  },
  '@node-rs/argon2': { parts: ['engine', 'server'] },
  'better-sqlite3-multiple-ciphers': {
    parts: ['engine', 'server'],
    files: ['electron/engine/database/open.ts', 'server/store/'],
  },
  electron: { parts: ['desktop'] },
  commander: { parts: ['cli', 'server'] },
  react: { parts: ['renderer'] },
  'react-dom': { parts: ['renderer'] },
  'react-i18next': { parts: ['renderer'] },
  i18next: { parts: ['renderer'] },
  zustand: { parts: ['renderer'] },
  '@base-ui/react': { parts: ['renderer'] },
  '@tanstack/react-virtual': { parts: ['renderer'] },
  fastify: { parts: ['server'] },
  '@fastify/rate-limit': { parts: ['server'] },
  kysely: { parts: ['server'] },
  pg: { parts: ['server'], files: ['server/store/postgres/'] },
  pino: { parts: ['server'] },
  'prom-client': { parts: ['server'] },
  'smtp-server': { parts: ['server'], files: ['server/mail/'] },
  '@zone-eu/wildduck': { parts: ['server'], files: ['server/mail/'] },
  'csv-parse': { parts: ['server'], files: ['server/import/csv/read.ts'] },
  ldapts: { parts: ['server'], files: ['server/import/ldap/'] },
  uqr: { parts: ['server', 'renderer'] },
  ws: { parts: ['server', 'bench'] },
  vite: { parts: ['scripts', 'configs'] },
  vitest: { parts: ['configs'] },
  'electron-vite': { parts: ['configs'] },
  '@vitejs/plugin-react': { parts: ['configs'] },
  '@tailwindcss/vite': { parts: ['configs'] },
  '@playwright/test': { parts: ['e2e', 'bench'] },
  '@axe-core/playwright': { parts: ['e2e'] },
}

/** What a test file may use beside its part's own: the test tools, and what plays a peer. */
export const testPackages: readonly string[] = [
  'vitest',
  'fast-check',
  '@testing-library/react',
  'axios',
  'imapflow',
  'nodemailer',
  'mailauth',
  'smtp-server',
  'saxes',
  'tweetnacl',
  'ws',
  'better-sqlite3-multiple-ciphers',
]

/** Most lines of a file, blank ones included. */
export const maxFileLines = 300
/** Most files in a folder that one would read in one go; tests do not count. */
export const maxFolderFiles = 20

/** Ambient names that `shared/` must not touch: clock, randomness, network, timers, process. */
export const bannedInShared: readonly string[] = [
  'Date',
  'performance',
  'crypto',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process',
  'Buffer',
  'window',
  'document',
  'localStorage',
  'globalThis',
  'console',
  'XMLHttpRequest',
  'WebSocket',
]
