/** LOGIN and AUTHENTICATE PLAIN: the same accounts and limits as the whitelist service. */

import { notNowWords } from '../smtp/reply.ts'
import { answerWith, type ImapContext } from './context.ts'
import type { Handlers, ImapUser } from './core.ts'

/** RFC 5530: the password was not looked at. The library puts `code` in brackets for LOGIN, the message alone for PLAIN. */
class NotNow extends Error {
  readonly response = 'NO'
  readonly code: string | undefined
  constructor(method: string, text: string) {
    super(method === 'PLAIN' ? `[UNAVAILABLE] ${text}` : text)
    this.code = method === 'PLAIN' ? undefined : 'UNAVAILABLE'
  }
}

/** The handler of both logins. Whoever has to wait is told so, not that the password is wrong. */
export function loginHandlers(context: ImapContext): Pick<Handlers, 'onAuth'> {
  return {
    onAuth({ method, username, password }, session, answer) {
      let notNow: NotNow | undefined
      const reply: typeof answer = (error, ...results) => answer(notNow ?? error, ...results)
      answerWith<[{ readonly user: ImapUser }?]>(context, reply, async () => {
        const checked = await context.accounts.check(username, password, session.remoteAddress)
        if (!checked.ok) {
          context.log.info('imap.login', { ok: false, kind: checked.fault.kind })
          if (checked.fault.kind !== 'authFailed') notNow = new NotNow(method, notNowWords(checked.fault))
          return []
        }
        // The standard folders are made now: clients list them first and would show an empty account.
        await context.mail.folders(checked.value.id, context.clock.now())
        context.log.info('imap.login', { ok: true, account: checked.value.id })
        return [{ user: { id: checked.value.id, username: checked.value.id } }]
      })
    },
  }
}
