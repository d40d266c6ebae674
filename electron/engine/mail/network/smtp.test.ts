/** The SMTP client against a server that fails where the script says. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Address, parseAddress } from '../../../../shared/address.ts'
import { fakeClock, memoryLog } from '../../testing/fakes.ts'
import { type Fault, phases, type SmtpPeer, smtpPeer } from '../testing/smtp-peer.ts'
import { type OutgoingMail, openSmtpClient, type SmtpClient } from './smtp.ts'

const raw = Buffer.from('From: alice@corp.test\r\nSubject: x\r\n\r\n.hello\r\n')
const timeouts = { connect: 300, greeting: 300, answer: 300 }

let peer: SmtpPeer
let client: SmtpClient
const log = memoryLog()

beforeEach(async () => {
  peer = await smtpPeer()
  const server = { host: '127.0.0.1', port: peer.port, security: 'none' } as const
  client = openSmtpClient({ server, user: 'alice', password: () => 'hunter2', clock: fakeClock(), log, timeouts })
})

afterEach(async () => {
  client.close()
  await peer.close()
})

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}

function mailTo(...recipients: readonly string[]): OutgoingMail {
  return { from: 'alice@corp.test', recipients, raw, admitted: () => recipients.map(address) }
}

describe('one message', () => {
  it('goes out with the explicit envelope, dots stuffed', async () => {
    const outcome = await client.deliver(mailTo('bob@corp.test'))
    expect(outcome).toEqual({ kind: 'sent', accepted: ['bob@corp.test'], rejected: [] })
    expect(peer.accepted).toMatchObject([{ from: 'alice@corp.test', to: ['bob@corp.test'] }])
    expect(peer.accepted[0]?.data).toContain('\r\n..hello')
  })

  it('O2 says nothing of a message with a recipient that the guard does not admit now', async () => {
    const mail = { ...mailTo('bob@corp.test', 'eve@corp.test'), admitted: () => [address('bob@corp.test')] }
    expect(await client.deliver(mail)).toEqual({ kind: 'refused' })
    expect(peer.commands.filter((line) => /^(?:MAIL|RCPT)/u.test(line))).toEqual([])
  })

  it('O2 refuses an envelope string that only resembles an admitted address', async () => {
    for (const text of ['bob@corp.test>\r\nRCPT TO:<eve@corp.test', 'Bob <bob@corp.test>', ' bob@corp.test']) {
      const mail = { ...mailTo(), recipients: [text], admitted: () => [address('bob@corp.test')] }
      expect(await client.deliver(mail)).toEqual({ kind: 'refused' })
    }
    expect(peer.commands.filter((line) => line.startsWith('RCPT'))).toEqual([])
  })

  it('uses the connection again, and a new one when the old one was dropped meanwhile', async () => {
    await client.deliver(mailTo('bob@corp.test'))
    await client.deliver(mailTo('bob@corp.test'))
    expect(peer.connections()).toBe(1)
    peer.dropAll()
    expect((await client.deliver(mailTo('bob@corp.test'))).kind).toBe('sent')
    expect(peer.accepted).toHaveLength(3)
  })
})

describe('a server that fails', () => {
  const broken = phases.flatMap((at) => (['reset', 'close', 'silent'] as const).map((how): Fault => ({ at, how })))
  it.each(broken)('is a passing trouble of the connection: $how at $at', async (fault) => {
    peer.script([fault])
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual({ kind: 'temporary', scope: 'connection' })
    expect(peer.accepted).toEqual([])
    expect((await client.deliver(mailTo('bob@corp.test'))).kind).toBe('sent')
  })

  it.each(phases)('answers 4xx at %s: tried again, never failed', async (at) => {
    peer.script([{ at, how: 'answer', text: '451 4.3.0 try later' }])
    expect((await client.deliver(mailTo('bob@corp.test'))).kind).not.toBe('sent')
    peer.script([{ at, how: 'answer', text: '451 4.3.0 try later' }])
    const second = await client.deliver(mailTo('bob@corp.test'))
    const temporary = second.kind === 'temporary'
    const postponed = second.kind === 'rejected' && second.rejected.every(({ permanent }) => !permanent)
    expect(temporary || postponed || second.kind === 'sent').toBe(true)
  })

  it.each(['greeting', 'EHLO'] as const)('answers 5xx at %s: says nothing of the message', async (at) => {
    peer.script([{ at, how: 'answer', text: '554 5.3.2 closed' }])
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual({ kind: 'temporary', scope: 'connection' })
  })

  it.each(['MAIL', 'RCPT', 'DATA', 'dot'] as const)('answers 5xx at %s: rejected', async (at) => {
    peer.script([{ at, how: 'answer', text: '550 5.7.1 no' }])
    expect((await client.deliver(mailTo('bob@corp.test'))).kind).toBe('rejected')
    expect(peer.accepted).toEqual([])
  })

  it('answers 421 after RCPT: the session is over, not the message', async () => {
    peer.script([{ at: 'MAIL', how: 'answer', text: '421 4.3.2 going down' }])
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual({ kind: 'temporary', scope: 'connection' })
  })

  it('refuses the password: told apart from everything else', async () => {
    peer.script([{ at: 'AUTH', how: 'answer', text: '535 5.7.8 no' }])
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual({ kind: 'authFailed' })
  })

  it.each([
    '530 5.7.0 TLS first',
    '534 5.7.9 too weak',
    '538 5.7.11 encrypt',
    '504 5.5.4 no',
    '454 4.7.0 not now',
    '550 5.7.1 no',
  ])('refuses the login by %s: no word about the password', async (text) => {
    peer.script([{ at: 'AUTH', how: 'answer', text }])
    const outcome = { kind: 'temporary', scope: 'connection', login: 'refused' }
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual(outcome)
  })

  it('offers no AUTH: told as that, and the password is not said', async () => {
    peer.script([{ at: 'EHLO', how: 'answer', text: '250-peer.test\r\n250 SIZE 30000000' }])
    const outcome = { kind: 'temporary', scope: 'connection', login: 'none' }
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual(outcome)
    expect(peer.commands.some((command) => command.startsWith('AUTH'))).toBe(false)
  })

  it('finds the message too large', async () => {
    peer.script([{ at: 'dot', how: 'answer', text: '552 5.3.4 too big' }])
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual({ kind: 'tooLarge' })
  })

  it('accepts one recipient and rejects another: both are told', async () => {
    peer.recipientAnswers.set('carol@corp.test', '550 5.1.1 unknown')
    expect(await client.deliver(mailTo('bob@corp.test', 'carol@corp.test'))).toEqual({
      kind: 'sent',
      accepted: ['bob@corp.test'],
      rejected: [{ address: 'carol@corp.test', permanent: true }],
    })
  })

  it('takes the message and is lost before it says so: the outcome is open', async () => {
    peer.script([{ at: 'dot', how: 'accepted' }])
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual({ kind: 'temporary', scope: 'connection' })
    expect(peer.accepted).toHaveLength(1)
  })

  it('is not there at all', async () => {
    await peer.close()
    expect(await client.deliver(mailTo('bob@corp.test'))).toEqual({ kind: 'temporary', scope: 'connection' })
  })

  it('gives no plain text to another machine', async () => {
    const server = { host: 'mail.example.org', port: 25, security: 'none' } as const
    const far = openSmtpClient({ server, user: 'alice', password: () => 'hunter2', clock: fakeClock(), log, timeouts })
    expect(await far.deliver(mailTo('bob@corp.test'))).toEqual({ kind: 'temporary', scope: 'connection' })
  })

  it('never gets a password or an address into the log', () => {
    expect(log.lines.length).toBeGreaterThan(0)
    expect(JSON.stringify(log.lines)).not.toMatch(/hunter2|corp\.test/u)
  })
})
