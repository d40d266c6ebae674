/** Mails that were begun: each is kept under an id of its own, beside the drafts of conversations. */
import { addressIdentity } from '../../../shared/address.ts'
import { type BegunMail, type MailDraft, mailDraftSchema } from '../../../shared/mail-drafts.ts'
import { fail, ok } from '../../../shared/rpc.ts'
import type { MailDependencies, MailHandlers } from './dependencies.ts'
import type { MailStore } from './store/store.ts'

const idBytes = 16

type DraftCall = Extract<keyof MailHandlers, `mailDrafts.${string}`>

/** The handlers of the calls about them. */
export function mailDraftHandlers(
  dependencies: MailDependencies,
  { drafts }: MailStore,
): Pick<MailHandlers, DraftCall> {
  return {
    'mailDrafts.list': ({ search }) => {
      const words = fold(search).split(/\s+/u)
      const found = drafts.mails().flatMap(({ id, text, at }) => {
        const draft = read(text)
        const shown = draft && { id, at, people: peopleOf(dependencies, draft), subject: draft.subject }
        return draft && shown && words.every((word) => searched(shown, draft).includes(word)) ? [shown] : []
      })
      return ok({ drafts: found })
    },
    'mailDrafts.get': ({ id }) => {
      const draft = read(drafts.get(id))
      return draft ? ok(draft) : fail('notFound')
    },
    'mailDrafts.save': ({ id = Buffer.from(dependencies.random(idBytes)).toString('hex'), draft }) => {
      drafts.save(id, JSON.stringify(draft), dependencies.clock.now())
      return ok({ id })
    },
    'mailDrafts.remove': ({ id }) => {
      drafts.remove(id)
      return ok({})
    },
  }
}

function read(text: string): MailDraft | undefined {
  return text === '' ? undefined : mailDraftSchema.parse(JSON.parse(text))
}

function fold(text: string): string {
  return text.toLocaleLowerCase()
}

/** As among mails: subject, text and people. */
function searched({ people, subject }: BegunMail, { text }: MailDraft): string {
  return fold([subject, text, ...people.map(({ name, address }) => `${name} ${address}`)].join('\n'))
}

function peopleOf(dependencies: MailDependencies, { to, cc, bcc, typed }: MailDraft): BegunMail['people'] {
  const { view } = dependencies.list()
  const chosen = [...to, ...cc, ...bcc].map((address) => {
    const contact = view?.find(addressIdentity(address))
    return { address: contact?.address ?? address, name: contact?.name ?? '' }
  })
  const written = [typed.to, typed.cc, typed.bcc].map((text) => text.trim()).filter((text) => text !== '')
  return [...chosen, ...written.map((address) => ({ address, name: '' }))]
}
