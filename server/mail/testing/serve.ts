/** A mail server in a process of its own, to be killed: `node serve.ts DATABASE`. Prints its ports when ready. */
import { primitives } from '../../ground/primitives.ts'
import { sqliteBackend } from '../../store/sqlite.ts'
import { openStore } from '../../store/store.ts'
import { startMail } from '../start.ts'
import { fakeAccounts, fakeWhitelists, gatewaySecret, noDns, tls } from './mail-fakes.ts'

const store = await openStore(sqliteBackend(process.argv[2] ?? ''))
const server = await startMail({
  store,
  accounts: fakeAccounts(),
  whitelists: fakeWhitelists().whitelists,
  gatewayKey: { public: primitives.signPublicKey(gatewaySecret), secret: gatewaySecret },
  dns: noDns,
  tls,
  domain: 'kith.test',
  clock: { now: () => Date.now() },
  log: { info: () => undefined, error: () => undefined },
  ports: { smtp: 0, imap: 0 },
  host: '127.0.0.1',
})
process.stdout.write(`${JSON.stringify({ smtp: server.smtpPort, imap: server.imapPort, cert: tls.cert })}\n`)
