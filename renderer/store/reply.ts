/** Begins an answer: the engine says to whom it goes (O5), the page quotes what is answered. */
import type { Message } from '../../shared/message.ts'
import type { Kith } from '../host.ts'
import type { ComposeStart } from './compose-state.ts'

/** `sender`: to whoever wrote the message. `all`: to everybody it names as well. */
export type ReplyScope = 'sender' | 'all'

function answerSubject(subject: string): string {
  return /^re:/iu.test(subject) ? subject : `Re: ${subject}`
}

function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n')
}

/** What an answer to `message` begins with. Who is left out is named, so that the screen says so before it is sent (O5). */
export async function startReply(host: Kith, message: Message, scope: ReplyScope): Promise<ComposeStart> {
  const answer = {
    subject: answerSubject(message.subject),
    text: `\n\n${quote(message.text)}`,
    inReplyTo: message.id,
  }
  const planned = await host.call('message.planReply', { id: message.id, scope })
  if (!planned.ok) return { ...answer, failure: planned.failure }
  const { to, cc, dropped, unusedReplyTo } = planned.value
  return { ...answer, to, cc, dropped: dropped.map(({ address }) => address), unusedReplyTo }
}
