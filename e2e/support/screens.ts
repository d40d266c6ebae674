/** The way to each screen and dialog of the preview: what one presses, one after the other. */
import type { Page } from '@playwright/test'

/** One thing that is done on the way to a screen. */
type Step = (page: Page) => Promise<unknown>

/** A screen or dialog: the preview's query, and the way from there. */
export type Screen = { readonly name: string; readonly query: string; readonly way: readonly Step[] }

const press =
  (name: string | RegExp): Step =>
  (page) =>
    page.getByRole('button', { name }).first().click()
const row =
  (name: RegExp): Step =>
  (page) =>
    page.getByRole('listitem', { name }).first().click()
const fill =
  (label: string, text: string): Step =>
  (page) =>
    page.getByLabel(label, { exact: true }).first().fill(text)
const key =
  (name: string): Step =>
  (page) =>
    page.keyboard.press(name)
/** A section of the main window. */
const go =
  (name: string): Step =>
  (page) =>
    page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name }).click()
/** A tab of the administration. */
const tab =
  (name: string): Step =>
  (page) =>
    page.getByRole('navigation', { name: 'Administration' }).getByRole('button', { name, exact: true }).click()
/** A button whose name the navigation has too. */
const inDetail =
  (name: string): Step =>
  (page) =>
    page.getByRole('main').getByRole('button', { name, exact: true }).click()

const open = [go('Administration'), fill('Code', '123456'), press('Open')]
const bob = row(/bob name|Bartholom/)

const gates: readonly Screen[] = [
  { name: 'sign in', query: 'state=signedOut', way: [] },
  {
    name: 'sign in, refused',
    query: 'state=signedOut',
    way: [fill('Server', 'x'), fill('User name', 'alice'), fill('Password', 'wrong'), press('Sign in')],
  },
  { name: 'pending', query: 'state=pending', way: [] },
  { name: 'unlock', query: 'state=locked', way: [] },
  { name: 'unlock, refused', query: 'state=locked', way: [fill('Password', 'wrong'), press('Unlock')] },
]

const main: readonly Screen[] = [
  { name: 'nothing yet', query: 'bare', way: [] },
  { name: 'chats', query: '', way: [go('Chats')] },
  { name: 'conversation', query: '', way: [row(/Bartholom/)] },
  { name: 'offline', query: 'state=offline', way: [go('Chats')] },
  { name: 'session ended', query: 'state=again', way: [go('Chats')] },
  { name: 'password again', query: 'state=again', way: [press('Enter password')] },
  { name: 'mail', query: '', way: [go('Mail')] },
  { name: 'reading', query: '', way: [go('Mail'), row(/schedule/i)] },
  { name: 'compose', query: '', way: [go('Mail'), press('Compose mail')] },
  {
    name: 'compose, refused',
    query: '',
    way: [
      go('Mail'),
      press('Compose mail'),
      fill('To', 'somebody.with.a.long.address.without.end@elsewhere-and-nowhere.example'),
      key('Enter'),
      fill('To', 'bartholomaeus.lin-wolfeschlegelsteinhausen.vertriebsleitung@niederlassung-hamburg.kith.test'),
      key('Enter'),
    ],
  },
  { name: 'contacts', query: '', way: [go('Contacts')] },
  { name: 'many contacts', query: 'contacts=5000', way: [go('Contacts')] },
  { name: 'contact', query: '', way: [go('Contacts'), row(/Bartholom/)] },
  { name: 'requests', query: '', way: [go('Contacts'), press(/^Requests/)] },
  { name: 'invitation', query: '', way: [go('Contacts'), press(/^Requests/), press('Create invitation')] },
  { name: 'request', query: '', way: [go('Contacts'), press('Request contact')] },
  { name: 'held', query: '', way: [go('Held')] },
  { name: 'held message', query: '', way: [go('Held'), row(/Bartholom/)] },
  { name: 'settings', query: '', way: [go('Settings')] },
  { name: 'diagnostics', query: '', way: [go('Settings'), press(/Export/)] },
  { name: 'palette', query: '', way: [key('Control+k')] },
  { name: 'notice', query: '', way: [go('Chats'), key('Control+r')] },
]

const administration: readonly Screen[] = [
  { name: 'authenticator', query: 'step=setUp', way: [go('Administration'), fill('Password', 'right'), press('Next')] },
  { name: 'gate', query: '', way: [go('Administration')] },
  { name: 'gate, refused', query: '', way: [go('Administration'), fill('Code', '000000'), press('Open')] },
  { name: 'overview', query: '', way: open },
  { name: 'users', query: '', way: [...open, tab('Users')] },
  { name: 'user', query: '', way: [...open, tab('Users'), bob] },
  { name: 'contacts of a user', query: '', way: [...open, tab('Users'), bob, inDetail('Contacts')] },
  { name: 'edit user', query: '', way: [...open, tab('Users'), bob, press('Change')] },
  { name: 'add user', query: '', way: [...open, tab('Users'), press('Add user')] },
  { name: 'disable', query: '', way: [...open, tab('Users'), bob, press('Disable')] },
  { name: 'groups', query: '', way: [...open, tab('Groups')] },
  { name: 'group', query: '', way: [...open, tab('Groups'), row(/./)] },
  { name: 'rules', query: '', way: [...open, tab('Rules')] },
  { name: 'policy', query: '', way: [...open, tab('Rules'), press('Policy')] },
  { name: 'add rule', query: '', way: [...open, tab('Rules'), press('Add rule')] },
  { name: 'proposals', query: '', way: [...open, tab('Requests')] },
  { name: 'audit', query: '', way: [...open, tab('Audit log')] },
  { name: 'audit line', query: '', way: [...open, tab('Audit log'), row(/./)] },
  { name: 'why', query: '', way: [...open, tab('Why')] },
  { name: 'keys', query: '', way: [...open, tab('Keys')] },
]

/** Every screen of the app, with the rows as long as they come. */
export const screens: readonly Screen[] = [
  ...gates,
  ...main,
  ...administration.map((screen) => ({ ...screen, query: `role=administrator&${screen.query}` })),
]
