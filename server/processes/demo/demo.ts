/** A small organisation to try out: accounts, whitelists, and a server on loopback. Each step may be repeated after a break. */

import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { formatEnrolment } from '../../../shared/whitelist/enrolment.ts'
import { introduction } from '../../accounts/enrolment-codes.ts'
import { type Administration, administer } from '../../administration/administer.ts'
import { localDesk } from '../../administration/operations/desk.ts'
import { addUserOperation } from '../../administration/operations/people.ts'
import { systemClock } from '../../ground/clock.ts'
import type { Done } from '../../ground/refusals.ts'
import type { ListWish } from '../../lists/changes.ts'
import type { Log } from '../../monitoring/log.ts'
import { configSchema } from '../../settings/config.ts'
import { type Context, openContext } from '../../settings/context.ts'
import { type Folder, folderAt } from '../../settings/folder.ts'
import type { Store } from '../../store/store.ts'
import { initialise } from '../init.ts'
import { type Ready, type Running, startServer } from '../serve.ts'
import { fillDemo } from './fill.ts'
import { type DemoPerson, demoAccounts, demoAdministrator, demoContacts, demoDomain, demoNewcomer } from './people.ts'

type DemoAccount = {
  readonly user: string
  readonly name: string
  readonly password: string
  readonly role: 'employee' | 'partner' | 'administrator'
}
type DemoOffer = {
  readonly server: string
  readonly enrolment: string
  readonly accounts: readonly DemoAccount[]
}
/** The running demo, and what whoever tries it is told. */
export type DemoServer = { readonly running: Running; readonly demo: DemoOffer; readonly store: Store }

const passwordsSchema = z.record(z.string(), z.string())

/** `port`: instead of the one that the demo had before, or any free one. */
export async function startDemo(path: string, log: Log, port?: number): Promise<Done<DemoServer>> {
  const folder = folderAt(path)
  const opened = await openDemo(folder)
  if (!opened.ok) return opened
  const context = opened.value
  const passwords = await readPasswords(folder)
  const administration = await administer(context)
  await addPeople(administration, passwords)
  await raiseAdministrator(administration)
  await fillDemo(context)
  const running = await serveDemo(context, log, port)
  if (!running.ok) {
    await context.store.close()
    return running
  }
  await rememberPorts(context, running.value.ready)
  const { url } = running.value.ready
  const accounts = demoAccounts.map((person): DemoAccount => {
    const { user, name } = person
    return { user, name, password: passwords.get(user) ?? '', role: roleOf(person) }
  })
  const enrolment = formatEnrolment(await introduction(context, url, running.value.cert))
  return {
    ok: true,
    value: { running: running.value, demo: { server: url, enrolment, accounts }, store: context.store },
  }
}

/** At first any free ones; those that were got are written down, since clients keep them. */
const anyPorts = { port: 0, metricsPort: 0, mail: { kind: 'embedded', smtp: 0, imap: 0 } } as const

async function openDemo(folder: Folder): Promise<Done<Context>> {
  const known = await openContext(folder.path)
  if (known.ok) return known
  const settings = { ...anyPorts, approve: 'auto' as const }
  const made = await initialise(folder, { domain: demoDomain, host: '127.0.0.1', settings }, systemClock())
  return made.ok ? openContext(folder.path) : made
}

/** Made once for this folder: a demo is on loopback, but other people may use this machine, too. */
async function readPasswords(folder: Folder): Promise<ReadonlyMap<string, string>> {
  const file = join(folder.path, 'demo.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const known = new Map(text === undefined ? [] : Object.entries(passwordsSchema.parse(JSON.parse(text))))
  const passwords = new Map(
    demoAccounts.map(({ user }) => [user, known.get(user) ?? `${user}-${randomBytes(6).toString('hex')}`]),
  )
  // Of an older demo an account may be missing.
  if (passwords.size > known.size) await writeFile(file, JSON.stringify(Object.fromEntries(passwords)), { mode: 0o600 })
  return passwords
}

async function addPeople(administration: Administration, passwords: ReadonlyMap<string, string>): Promise<void> {
  const everybody = [...demoAccounts, ...demoContacts]
  const all = [...everybody, demoNewcomer]
  await Promise.all(all.map((person) => addPerson(administration, person, passwords.get(person.user))))
  for (const person of everybody) {
    const list = await administration.store.lists.ofUser(person.user)
    // Filled once: what somebody has changed while trying stays at the next start.
    if (!list || list.count > 0) continue
    const known = demoAccounts.includes(person) ? everybody : demoAccounts
    const wishes = known.filter((other) => other !== person).map(wishFor)
    const changed = await administration.editor.change(person.user, wishes, 'demo')
    if (!changed.ok) throw new Error('a contact of the demo does not fit')
  }
}

function roleOf({ user, scope }: DemoPerson): DemoAccount['role'] {
  if (user === demoAdministrator) return 'administrator'
  return scope === 'internal' ? 'employee' : 'partner'
}

async function raiseAdministrator({ store, run }: Administration): Promise<void> {
  if (await store.administration.role(demoAdministrator)) return
  await run([{ op: 'role.set', user: demoAdministrator, role: 'administrator' }])
}

/** Contacts have accounts, too, so that what is written to them arrives; nobody can sign in to them. */
async function addPerson(administration: Administration, person: DemoPerson, password?: string): Promise<void> {
  const { user, name, scope } = person
  if (await administration.store.users.get(user)) return
  const given = { user, name, scope, ...(password === undefined ? {} : { password }) }
  // By the operation that administrators use: the demo is made as a real organisation is.
  const added = await addUserOperation.call(localDesk(administration), given)
  if (!added.ok) throw new Error('a person of the demo does not fit')
}

function wishFor({ user, name, nickname, remark, groups }: DemoPerson): ListWish {
  return { op: 'add', contact: { address: `${user}@${demoDomain}`, name, nickname, remark, groups: [...groups] } }
}

/** On the ports that clients remember; where somebody else has taken one, on any free ones. */
async function serveDemo(context: Context, log: Log, port?: number): Promise<Done<Running>> {
  const spared = { authenticator: 'spared' } as const
  const options = port === undefined ? spared : { ...spared, port }
  const first = await startServer(context, log, options)
  if (first.ok || port !== undefined) return first
  return startServer({ ...context, config: { ...context.config, ...anyPorts } }, log, spared)
}

async function rememberPorts({ config, folder }: Context, ready: Ready): Promise<void> {
  if (config.port !== 0 || config.mail.kind !== 'embedded') return
  const port = Number(new URL(ready.url).port)
  const mail = { ...config.mail, smtp: ready.smtp ?? 0, imap: ready.imap ?? 0 }
  const text = JSON.stringify(configSchema.parse({ ...config, port, mail }), null, 2)
  await writeFile(folder.config, `${text}\n`, { mode: 0o600 })
}
