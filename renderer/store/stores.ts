/**
 * The page's state, composed, and which event moves what. Each slice in this folder holds one part of the page: it
 * asks the engine and keeps the answers, and components read it. Events only say that something moved; the slice then
 * asks again. Begin with session.ts, then lists/windowed.ts.
 */
import { shownAddress } from '../../shared/address.ts'
import type { Session } from '../../shared/session.ts'
import { gather } from '../clock.ts'
import { createAdministration } from './administration/administration.ts'
import { createCompose } from './compose.ts'
import { createConversation } from './conversation.ts'
import { createDevice } from './device.ts'
import { createChats } from './lists/chats.ts'
import { createContacts } from './lists/contacts.ts'
import { createHeld } from './lists/held.ts'
import { createMail } from './lists/mail.ts'
import { createNavigation } from './navigation.ts'
import { createNotices } from './notices.ts'
import type { Ports } from './ports.ts'
import { createRequests } from './requests.ts'
import { createSession } from './session.ts'
import { createSettings } from './settings.ts'
import { createWhitelist } from './whitelist.ts'

/** Milliseconds in which several events lead to one question about a list. */
const listWait = 50

function createSlices(ports: Ports) {
  const mail = createMail(ports)
  return {
    session: createSession(ports),
    settings: createSettings(ports),
    navigation: createNavigation(),
    notices: createNotices(ports),
    whitelist: createWhitelist(ports),
    contacts: createContacts(ports),
    requests: createRequests(ports),
    chats: createChats(ports),
    mail,
    held: createHeld(ports),
    conversation: createConversation(ports),
    compose: createCompose(ports, mail.loadDrafts),
    device: createDevice(ports),
    administration: createAdministration(ports),
  }
}

type Slices = ReturnType<typeof createSlices>

/** What the counts in the navigation and the first screen need. */
function enter(slices: Slices): void {
  void slices.whitelist.load()
  void slices.settings.load()
  void slices.chats.list.reload()
  void slices.held.list.reload()
  void slices.held.keptList.reload()
  void slices.contacts.list.reload()
  void slices.mail.list.reload()
  void slices.requests.load()
  void slices.mail.loadDrafts()
}

/** Nothing of a person stays in the page's memory when the store is locked or left. */
function leave(slices: Slices): void {
  slices.navigation.go('chats')
  slices.whitelist.clear()
  slices.contacts.clear()
  slices.requests.clear()
  slices.chats.clear()
  slices.mail.clear()
  slices.held.clear()
  slices.conversation.clear()
  slices.compose.clear()
  slices.notices.clear()
  slices.administration.clear()
  for (const { list } of [slices.contacts, slices.chats, slices.mail, slices.held]) list.empty()
  slices.held.keptList.empty()
}

function followSession(slices: Slices): () => void {
  let ready = false
  return slices.session.store.subscribe(({ session }: { readonly session?: Session }) => {
    const now = session?.step === 'ready'
    // Only the step into and out of `ready` matters: a connection that comes and goes loads nothing anew.
    if (now === ready) return
    ready = now
    if (now) enter(slices)
    else leave(slices)
  })
}

function followEvents(slices: Slices, { host, clock }: Ports): readonly (() => void)[] {
  const { contacts, conversation, compose, chats, mail, held, requests, whitelist } = slices
  // A sync or a full mailbox tells of hundreds of changes in a burst: each list is asked once for all of them.
  const contactsMoved = gather(clock, listWait, contacts.moved)
  const composeMoved = gather(clock, listWait, () => void compose.moved())
  const chatsMoved = gather(clock, listWait, () => void chats.list.reload())
  const mailMoved = gather(clock, listWait, mail.moved)
  const requestsMoved = gather(clock, listWait, () => void requests.load())
  const draftsMoved = gather(clock, listWait, () => void mail.loadDrafts())
  const heldMoved = gather(clock, listWait, () => void held.moved())
  const keptMoved = gather(clock, listWait, () => void held.keptMoved())
  return [
    host.on('session.changed', slices.session.received),
    host.on('settings.changed', slices.settings.received),
    host.on('whitelist.changed', whitelist.received),
    host.on('contacts.changed', ({ change }) => {
      if (change) whitelist.pushed(change)
      contactsMoved()
      composeMoved()
      draftsMoved()
      chatsMoved()
      conversation.changed('')
    }),
    host.on('requests.changed', requestsMoved),
    host.on('request.arrived', ({ what, name, address }) => {
      if (what === 'asked') slices.notices.arrived(name || address, 'request')
      else slices.notices.say({ about: what, name: name || shownAddress(address), address })
    }),
    host.on('conversation.changed', ({ id }) => {
      chatsMoved()
      mailMoved()
      conversation.changed(id)
    }),
    host.on('message.changed', ({ id, conversation: of, delivery }) => {
      conversation.messageChanged(of, id, delivery)
      chatsMoved()
      mailMoved()
    }),
    host.on('message.arrived', ({ conversation: of, name }) => {
      // A message of the conversation on screen is read out by its log, and needs no notice.
      const { screen } = slices.navigation.store.getState()
      if (screen !== 'chats' || conversation.store.getState().id !== of) slices.notices.arrived(name)
      conversation.changed(of)
      chatsMoved()
      mailMoved()
    }),
    host.on('held.changed', heldMoved),
    host.on('held.admitted', (moved) => slices.notices.say({ about: 'admitted', ...moved })),
    host.on('quarantine.changed', keptMoved),
    host.on('app.open', ({ conversation: id }) => {
      // A notification may outlive the session that it came from.
      if (slices.session.store.getState().session?.step !== 'ready') return
      void conversation.open(id)
      slices.navigation.show('chats')
    }),
  ]
}

/** The page's state, whole: made once, by the composition root. `stop` takes back every subscription. */
export function openStores(ports: Ports) {
  const slices = createSlices(ports)
  const undo = [followSession(slices), ...followEvents(slices, ports)]
  return {
    ...slices,
    clock: ports.clock,
    keyboard: ports.keyboard,
    start: async () => {
      // First the settings: the first screen already has the user's language and theme.
      await slices.settings.load()
      await slices.session.load()
    },
    stop: () => {
      for (const each of undo) each()
    },
  }
}

/** The page's state as components get it by `useStores`. */
export type Stores = ReturnType<typeof openStores>
