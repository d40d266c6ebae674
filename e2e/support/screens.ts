/** The way to each screen and dialog of the preview: what one does, one after the other. */
import {
  fail,
  fill,
  go,
  inDetail,
  inField,
  key,
  lay,
  press,
  row,
  type Step,
  submit,
  tab,
  type,
  unfold,
} from './steps.ts'

/** A screen or dialog: the preview's query, and the way from there. */
export type Screen = { readonly name: string; readonly query: string; readonly way: readonly Step[] }

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
      fill('To', 'bartholomaeus.lin-wolfeschlegelsteinhausen.vertriebsleitung.hamburg.altona@kith.test'),
      key('Enter'),
    ],
  },
  { name: 'contacts', query: '', way: [go('Contacts')] },
  { name: 'many contacts', query: 'contacts=5000', way: [go('Contacts')] },
  { name: 'contact', query: '', way: [go('Contacts'), row(/Bartholom/)] },
  { name: 'requests', query: '', way: [go('Contacts'), press(/^Requests/)] },
  { name: 'requests that have ended', query: '', way: [go('Contacts'), press(/^Requests/), unfold] },
  { name: 'invitation', query: '', way: [go('Contacts'), press(/^Requests/), press('Create invitation')] },
  { name: 'request', query: '', way: [go('Contacts'), press('Request contact')] },
  { name: 'held', query: '', way: [go('Held')] },
  { name: 'held message', query: '', way: [go('Held'), row(/Bartholom/)] },
  { name: 'delete what is held', query: '', way: [go('Held'), row(/Bartholom/), press('Delete')] },
  { name: 'keys of the keyboard', query: '', way: [go('Chats'), key('?')] },
  { name: 'nobody to write to', query: '', way: [go('Mail'), press('Compose mail'), fill('To', 'xyzzy')] },
  { name: 'settings', query: '', way: [go('Settings')] },
  { name: 'diagnostics', query: '', way: [go('Settings'), press(/Export/)] },
  { name: 'palette', query: '', way: [key('Control+k')] },
  { name: 'notice', query: '', way: [go('Chats'), key('Control+r')] },
]

const certificate = {
  kind: 'certificateUntrusted',
  detail: {
    issuer: 'CN=Some Authority of a Company with a Long Name,O=Company',
    fingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
  },
}
const signingIn = [fill('Server', 'x'), fill('User name', 'alice'), fill('Password', 'secret')]

/** What goes wrong, is empty, or is more than one expects. */
const troubled: readonly Screen[] = [
  {
    name: 'certificate',
    query: 'state=signedOut',
    way: [fail('session.signIn', certificate), ...signingIn, press('Sign in')],
  },
  {
    name: 'no keychain',
    query: 'state=signedOut',
    way: [fail('session.signIn', { kind: 'keychainUnavailable' }), ...signingIn, press('Sign in')],
  },
  {
    name: 'accepted',
    query: 'role=administrator',
    way: [
      go('Contacts'),
      lay((fake) => {
        fake.emit('session.changed', { ...fake.session, toDecide: 1_200 })
        fake.emit('request.arrived', { what: 'linked', name: 'Bob Lin 林柏', address: 'bob@kith.test' })
        fake.emit('request.arrived', { what: 'declined', name: '', address: 'eva@partner.example' })
      }),
    ],
  },
  { name: 'no mail', query: 'bare', way: [go('Mail')] },
  { name: 'nothing held', query: 'bare', way: [go('Held')] },
  { name: 'nobody matches', query: '', way: [go('Contacts'), fill('Search contacts', 'nobody at all')] },
  { name: 'no requests', query: 'bare', way: [go('Contacts'), press(/^Requests/)] },
  {
    name: 'mail troubles',
    query: '',
    way: [
      lay((fake) =>
        fake.emit('session.changed', {
          ...fake.session,
          mailTroubles: ['diskFull', 'messages', 'sentFolder', 'sendingNoLogin'],
        }),
      ),
    ],
  },
  {
    name: 'mail password',
    query: '',
    way: [lay((fake) => fake.emit('session.changed', { ...fake.session, mail: 'authFailed' }))],
  },
  {
    name: 'many held',
    query: '',
    way: [
      lay((fake) => {
        fake.held = Array.from({ length: 1_200 }, (_, index) => ({ ...fake.held[0], id: `held-${index}` }))
        fake.heldUnseen = 1_200
        fake.emit('held.changed', { total: 1_200 })
      }),
      go('Held'),
    ],
  },
  {
    name: 'closed conversation',
    query: '',
    way: [
      row(/Bartholom/),
      lay((fake) => {
        fake.emit('contacts.changed', { revision: fake.contacts.change(() => []) })
        fake.emit('conversation.changed', { id: 'bob@kith.test' })
      }),
    ],
  },
  {
    name: 'answer to all, asked',
    query: '',
    way: [
      lay((fake) => {
        for (const message of fake.messages) Object.assign(message, { claimedRecipients: true })
      }),
      go('Mail'),
      row(/schedule/i),
      press('Reply to all'),
    ],
  },
  {
    name: 'kept on the server',
    query: '',
    way: [
      lay((fake) => {
        const told = { at: Date.UTC(2026, 10, 22), rule: 'I3', reason: 'notListed', state: 'asked' }
        fake.kept = [{ ...told, id: 1, claimedAddress: 'dana@kith.test', subject: 'Schedule for the fair' }]
        fake.emit('quarantine.changed', {})
      }),
      go('Held'),
      row(/dana_roth/),
    ],
  },
  {
    name: 'notice of a failure',
    query: '',
    way: [fail('contacts.refresh', { kind: 'clockWrong' }), go('Contacts'), press('Refresh contacts')],
  },
  {
    name: 'drafts',
    query: '',
    way: [
      lay((fake) => {
        const draft = { to: ['bob@kith.test'], cc: [], bcc: [], typed: {}, subject: 'Schedule for the fair', text: '' }
        fake.mailDrafts = Array.from({ length: 9 }, (_, index) => ({ id: `${index}`.padStart(32, '0'), at: 0, draft }))
      }),
      go('Mail'),
    ],
  },
  {
    name: 'discarded',
    query: '',
    way: [go('Mail'), press('Compose mail'), fill('Subject', 'half a thought'), press('Discard')],
  },
  {
    name: 'unproven',
    query: '',
    way: [lay((fake) => fake.emit('session.changed', { ...fake.session, colleagues: 'unproven' })), row(/Bartholom/)],
  },
  { name: 'people to choose', query: '', way: [go('Mail'), press('Compose mail'), type('To', 'b')] },
  { name: 'nobody to choose', query: '', way: [go('Mail'), press('Compose mail'), type('To', 'zzz')] },
  { name: 'palette, nobody', query: '', way: [key('Control+k'), type(/./, 'nobody@elsewhere.example')] },
  { name: 'palette, people', query: '', way: [key('Control+k'), type(/./, 'ba')] },
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
  {
    name: 'added',
    query: '',
    way: [
      ...open,
      tab('Users'),
      press('Add user'),
      fill('User name', 'erin'),
      fill('Name', 'Erin Hsu'),
      submit,
      submit,
    ],
  },
  { name: 'disable', query: '', way: [...open, tab('Users'), bob, press('Disable')] },
  { name: 'disabled', query: '', way: [...open, tab('Users'), bob, press('Disable'), submit] },
  {
    name: 'refused',
    query: '',
    way: [
      ...open,
      lay((fake) => {
        const told = { at: 0, field: 'address', reason: 'domain' }
        fake.administration.outcome = { state: 'refused', faults: [told] }
      }),
      tab('Users'),
      bob,
      press('Disable'),
    ],
  },
  { name: 'access', query: '', way: [...open, tab('Users'), bob, press('Enrolment code')] },
  {
    name: 'access given',
    query: '',
    way: [...open, tab('Users'), bob, press('Enrolment code'), submit],
  },
  { name: 'groups', query: '', way: [...open, tab('Groups')] },
  { name: 'group', query: '', way: [...open, tab('Groups'), row(/./)] },
  { name: 'rules', query: '', way: [...open, tab('Rules')] },
  { name: 'policy', query: '', way: [...open, tab('Policy')] },
  { name: 'add rule', query: '', way: [...open, tab('Rules'), press('Add rule')] },
  { name: 'proposals', query: '', way: [...open, tab('Requests')] },
  { name: 'audit', query: '', way: [...open, tab('Audit log')] },
  { name: 'audit line', query: '', way: [...open, tab('Audit log'), row(/./)] },
  { name: 'undo', query: '', way: [...open, tab('Audit log'), row(/./), press('Undo')] },
  { name: 'why', query: '', way: [...open, tab('Why')] },
  {
    name: 'why not',
    query: '',
    way: [...open, tab('Why'), fill('User name', 'bob'), fill('Address', 'spam@other.test'), press('Ask')],
  },
  { name: 'new recovery codes', query: '', way: [...open, press('Make new recovery codes')] },
  {
    name: 'recovery codes',
    query: '',
    way: [...open, press('Make new recovery codes'), inField('Password', 'right'), submit],
  },
  { name: 'keys', query: '', way: [...open, tab('Keys'), unfold] },
]

/** Every screen of the app, with the rows as long as they come. */
export const screens: readonly Screen[] = [
  ...gates,
  ...main,
  ...troubled,
  ...administration.map((screen) => ({ ...screen, query: `role=administrator&${screen.query}` })),
]
