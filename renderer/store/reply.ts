import type { Message, Participant } from '../../shared/message.ts'
import type { ComposeStart } from './compose-state.ts'

function answerSubject(subject: string): string {
  return /^re:/iu.test(subject) ? subject : `Re: ${subject}`
}

function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n')
}

/** Who an answer goes to: listed participants only; the others are named, so that the screen can say so (O5, I4). */
export function startReply(message: Message, self: string, scope: 'sender' | 'all'): ComposeStart {
  const isSelf = ({ address }: Participant) => address.toLowerCase() === self.toLowerCase()
  const first = message.direction === 'in' ? [message.from] : message.to
  const to = scope === 'all' && message.direction === 'in' ? [...first, ...message.to] : first
  const cc = scope === 'all' ? message.cc : []
  const wanted = { to: to.filter((one) => !isSelf(one)), cc: cc.filter((one) => !isSelf(one)) }
  const listed = (people: readonly Participant[]) => people.filter((one) => one.listed)
  return {
    to: listed(wanted.to),
    cc: listed(wanted.cc),
    dropped: [...wanted.to, ...wanted.cc].filter((one) => !one.listed).map(({ address }) => address),
    subject: answerSubject(message.subject),
    text: `\n\n${quote(message.text)}`,
    inReplyTo: message.id,
  }
}
