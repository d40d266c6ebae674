/**
 * The index of the engine: every call of the contract and the function that answers it. Read this first.
 * Calls that need the open store answer with the reason when it is closed; a store that fails answers with its kind.
 */
import { foldAscii, parseAddress } from '../../../shared/address.ts'
import type { KithContract } from '../../../shared/contract.ts'
import { fail, type Handlers, ok, type Result } from '../../../shared/rpc.ts'
import type { Ports } from '../ground/ports.ts'
import { StoreError } from '../ground/store-error.ts'
import type { MailHandlers } from '../mail/dependencies.ts'
import type { SessionService } from '../session/session.ts'
import type { Opened } from '../session/stage/stage.ts'
import { administrationHandlers } from './administration.ts'
import { about, diagnostics } from './diagnostics.ts'
import type { SettingsStore } from './settings.ts'

export type HandlerParts = {
  readonly ports: Ports
  readonly session: SessionService
  readonly settings: SettingsStore
}

export function makeHandlers({ ports, session, settings }: HandlerParts): Handlers<KithContract> {
  const open = whenOpen(session)
  const mail = whenMail(session)
  return {
    'session.state': () => ok(session.state()),
    'session.signIn': safely((input) => session.signIn(input)),
    'session.signOut': safely(() => session.signOut()),
    'session.lock': safely(() => session.lock()),
    'session.unlock': safely(({ secret }) => session.unlock(secret)),
    'session.protection': safely(() => session.protection()),

    'contacts.query': open(({ runtime }, { search, from, count }) =>
      ok(runtime.keeper.contacts.index.query(search, from, count)),
    ),
    'contacts.get': open(({ runtime }, { address }) => {
      const found = runtime.keeper.contacts.index.byAddress(keyOf(address))
      return found ? ok(found.contact) : fail('notFound')
    }),
    'contacts.refresh': open(async ({ runtime }) => {
      const result = await runtime.sync.refresh()
      if (result.ok) runtime.wake()
      return result
    }),
    'whitelist.status': open(({ runtime }) => ok(runtime.sync.status())),
    'guard.judge': mail((handlers) => handlers['guard.judge']),

    'requests.list': open(({ runtime }) => runtime.requests.list()),
    'requests.create': open(({ runtime }, input) => runtime.requests.change('requests.create', input)),
    'requests.answer': open(({ runtime }, input) => runtime.requests.change('requests.answer', input)),
    'requests.withdraw': open(({ runtime }, input) => runtime.requests.change('requests.withdraw', input)),
    'invitations.create': open(({ runtime }) => runtime.ask('invitations.create', {})),

    'conversations.list': mail((handlers) => handlers['conversations.list']),
    'conversations.get': mail((handlers) => handlers['conversations.get']),
    'conversations.markRead': mail((handlers) => handlers['conversations.markRead']),
    'messages.list': mail((handlers) => handlers['messages.list']),
    'mail.list': mail((handlers) => handlers['mail.list']),
    'message.get': mail((handlers) => handlers['message.get']),
    'message.planReply': mail((handlers) => handlers['message.planReply']),
    'outbox.submit': mail((handlers) => handlers['outbox.submit']),
    'outbox.retry': mail((handlers) => handlers['outbox.retry']),
    'draft.get': mail((handlers) => handlers['draft.get']),
    'draft.save': mail((handlers) => handlers['draft.save']),
    'mailDrafts.get': mail((handlers) => handlers['mailDrafts.get']),
    'mailDrafts.save': mail((handlers) => handlers['mailDrafts.save']),
    'held.list': mail((handlers) => handlers['held.list']),
    'held.get': mail((handlers) => handlers['held.get']),

    'quarantine.list': open(({ runtime }, window) => runtime.ask('quarantine.list', window)),
    'quarantine.release': open(({ runtime }, input) => runtime.ask('quarantine.release', input)),

    ...administrationHandlers({
      ask: () => session.open()?.runtime.ask,
      whyClosed: () => fail(session.whyClosed()),
      roleDoubtful: session.tellRole,
      keysMoved: async () => session.open()?.runtime.sync.sync(),
    }),

    'settings.get': () => ok(settings.get()),
    'settings.set': safely((change) => ok(settings.set(change))),
    'diagnostics.export': safely(async () => ok({ text: await diagnostics(ports, session) })),
    'app.about': () => ok(about(ports, session)),
  }
}

type Handler<I, O> = (input: I) => Promise<Result<O>> | Result<O>

/** A failing disk is an expected failure, wherever it strikes. */
function safely<I, O>(act: Handler<I, O>): (input: I) => Promise<Result<O>> {
  return async (input) => {
    try {
      return await act(input)
    } catch (error) {
      if (error instanceof StoreError) return fail(error.kind)
      throw error
    }
  }
}

function whenOpen(session: SessionService) {
  return <I, O>(act: (opened: Opened, input: I) => Promise<Result<O>> | Result<O>) =>
    safely<I, O>((input) => {
      const opened = session.open()
      return opened ? act(opened, input) : fail(session.whyClosed())
    })
}

function whenMail(session: SessionService) {
  return <I, O>(pick: (handlers: MailHandlers) => Handler<I, O>) =>
    safely<I, O>((input) => {
      const service = session.open()?.mail?.service
      return service ? pick(service.handlers)(input) : fail(session.whyClosed())
    })
}

/** A card is asked for by any spelling of its address; text that is no address names no contact. */
function keyOf(address: string): string {
  const parsed = parseAddress(address, { unicode: true })
  return parsed.ok ? parsed.value.key : foldAscii(address)
}
