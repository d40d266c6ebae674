/**
 * What a mail program with the right password may try. One table for every door that takes mail from users: the
 * embedded submission and the gateway beside Postfix answer to the same attacks.
 */
import { maxMessageBytes } from '../limits.ts'

/** Said in one go, without waiting in between; then one reply is read for each of `replies`. */
type Turn = { readonly say: string | Uint8Array; readonly replies: readonly RegExp[] }

type Attack = {
  readonly name: string
  readonly turns: readonly Turn[]
  /** What the door lets through in the end: nothing, at most one harmless message, or exactly one, cleaned. */
  readonly leaves: 'nothing' | 'atMostOne' | 'one'
}

const refusal = /^5\d\d /
const ok = /^250[ -]/
const go = /^354 /

export const alice = 'alice@kith.test'
export const bob = 'bob@kith.test'
/** Whom Alice's whitelist does not name. */
const stranger = 'bo@elsewhere.test'
/** Never to be seen in what was let through. */
export const forgery = 'forged-by-attack'

const mail: Turn = { say: `MAIL FROM:<${alice}>\r\n`, replies: [ok] }
const toBob: Turn = { say: `RCPT TO:<${bob}>\r\n`, replies: [ok] }
const data: Turn = { say: 'DATA\r\n', replies: [go] }

function message(fields: string | readonly string[], body = 'hi'): string {
  return `${[fields].flat().join('\r\n')}\r\nSubject: x\r\n\r\n${body}\r\n.\r\n`
}

function byMessage(name: string, fields: string | readonly string[], reply: RegExp): Attack {
  return { name, turns: [mail, toBob, data, { say: message(fields), replies: [reply] }], leaves: 'nothing' }
}

function byCommand(name: string, command: string, before: readonly Turn[]): Attack {
  return { name, turns: [...before, { say: Buffer.from(`${command}\r\n`), replies: [refusal] }], leaves: 'nothing' }
}

/** Some servers say only at RCPT what they think of MAIL. */
function bySender(name: string, command: string): Attack {
  const to = `RCPT TO:<${bob}>`
  return byCommand(name, to, [{ say: `${command}\r\n`, replies: [/^(?:250|5\d\d) /] }])
}

const from = `From: ${alice}`
const notOwn = /^550 .*5\.7\.1.* I2 /
const notListed = /^550 .*5\.7\.1.* O1 /
const notAnAddress = /^550 .*5\.7\.1.* A2 /
const notAMessage = /^550 .*5\.6\.0 /

const senders: readonly Attack[] = [
  byMessage('I2 another From', `From: ${bob}`, notOwn),
  byMessage('I2 no From', 'X-Other: 1', notOwn),
  byMessage('I2 two addresses in From', `${from}, ${bob}`, notOwn),
  byMessage('I2 two From fields', [from, `From: ${bob}`], notAMessage),
  byMessage('I2 an address in the name', `From: ${bob} <${alice}>`, notOwn),
  byMessage('I2 a group in From', `From: friends: ${alice};`, notOwn),
  byMessage('I2 a quoted local part in From', 'From: "alice"@kith.test', notOwn),
  byMessage('I2 a comment in From', `From: ${alice} (${bob})`, notOwn),
  byMessage('I2 a route in From', `From: <@kith.test:${alice}>`, notOwn),
  byMessage('I2 a non-ASCII From', 'From: <аlice@kith.test>', notOwn),
  byMessage('I2 another Sender', [from, `Sender: ${bob}`], notOwn),
  byMessage('I2 another Resent-From', [from, `Resent-From: ${bob}`], notOwn),
  byMessage('I2 another Resent-Sender', [from, `Resent-Sender: ${bob}`], notOwn),
  byMessage('I2 the own Resent-From beside another', [from, `Resent-From: ${alice}`, `Resent-From: ${bob}`], notOwn),
  byMessage('a blank before the colon', [from, `From : ${bob}`], notAMessage),
  byMessage('a fold of blanks before another From', [from, ' ', `From: ${bob}`], notAMessage),
  bySender('I2 another envelope sender', `MAIL FROM:<${bob}>`),
  bySender('I2 the null sender', 'MAIL FROM:<>'),
  bySender('I2 a quoted envelope sender', 'MAIL FROM:<"alice"@kith.test>'),
]

const recipients: readonly Attack[] = [
  ...['To', 'Cc', 'Bcc', 'Resent-To', 'Resent-Cc', 'Resent-Bcc'].flatMap((field) => [
    byMessage(`O1 an unlisted ${field}`, [from, `${field}: ${stranger}`], notListed),
    byMessage(`O1 an unlisted ${field} after a listed one`, [from, `${field}: ${bob},\r\n\t${stranger}`], notListed),
    byMessage(`A2 a group in ${field}`, [from, `${field}: friends: ${bob}, ${stranger};`], notAnAddress),
    byMessage(`A2 a quoted local part in ${field}`, [from, `${field}: "bo"@elsewhere.test`], notAnAddress),
    byMessage(`A2 a route in ${field}`, [from, `${field}: <@elsewhere.test:${bob}>`], notAnAddress),
  ]),
  byMessage('A2 SMTPUTF8 in To', [from, 'To: 林@kith.test'], notAnAddress),
  byMessage('two To fields', [from, `To: ${bob}`, `To: ${stranger}`], notAMessage),
]

const paths = [
  `<${stranger}>`,
  '<"bob"@kith.test>',
  '<"bo b"@elsewhere.test>',
  '<@relay.test:bob@kith.test>',
  '<bob%elsewhere.test@kith.test>',
  '<elsewhere.test!bob@kith.test>',
  '<bob@[127.0.0.1]>',
  '<bob@kith.test.>',
  '<b\u200bob@kith.test>',
  '<林@kith.test>',
  '<bob@kith。test>',
  '<postmaster>',
  `<${bob}> <${stranger}>`,
  `<${bob}>,<${stranger}>`,
]

const envelopes: readonly Attack[] = [
  ...paths.map((path) => byCommand(`RCPT TO:${path}`, `RCPT TO:${path}`, [mail])),
  {
    name: 'O1 going on after a refused recipient',
    turns: [
      mail,
      toBob,
      { say: `RCPT TO:<${stranger}>\r\n`, replies: [notListed] },
      { say: `DATA\r\n`, replies: [/^(?:354|550) /] },
      { say: message([from, `To: ${bob}`]), replies: [refusal] },
    ],
    leaves: 'nothing',
  },
  // What the library or the mail server refuses before the guard hears of it.
  ...[...paths, '<bob@kith.test', 'bob', '<>'].map((path): Attack => ({
    name: `O1 going on after the refused RCPT TO:${path}`,
    turns: [
      mail,
      toBob,
      { say: Buffer.from(`RCPT TO:${path}\r\n`), replies: [refusal] },
      { say: 'DATA\r\n', replies: [/^(?:354|5\d\d) /] },
      { say: message([from, `To: ${bob}`]), replies: [refusal] },
    ],
    leaves: 'nothing',
  })),
  {
    name: 'O1 a pipelined transaction with an unlisted recipient',
    turns: [
      {
        say: `MAIL FROM:<${alice}>\r\nRCPT TO:<${bob}>\r\nRCPT TO:<${stranger}>\r\nDATA\r\n`,
        replies: [ok, ok, notListed, /^(?:354|550) /],
      },
      { say: message([from, `To: ${bob}`]), replies: [refusal] },
    ],
    leaves: 'nothing',
  },
  {
    name: 'SMTPUTF8 in the envelope',
    turns: [
      { say: Buffer.from(`MAIL FROM:<${alice}> SMTPUTF8\r\nRCPT TO:<林@kith.test>\r\n`), replies: [/^\d/, refusal] },
    ],
    leaves: 'nothing',
  },
]

const endings: readonly (readonly [string, string])[] = [
  ['LF . LF', '\n.\n'],
  ['LF . CR LF', '\n.\r\n'],
  ['CR LF . LF', '\r\n.\n'],
  ['CR . CR', '\r.\r'],
  ['CR . CR LF', '\r.\r\n'],
  ['CR LF . CR', '\r\n.\r'],
  ['CR LF NUL . CR LF', '\r\n\0.\r\n'],
  ['CR LF . NUL CR LF', '\r\n.\0\r\n'],
]
const second = `MAIL FROM:<${bob}>\r\nRCPT TO:<${stranger}>\r\nDATA\r\nFrom: ${bob}\r\n\r\nsmuggled`

const smuggling: readonly Attack[] = endings.map(([name, ending]) => ({
  name: `${name} does not end a message`,
  turns: [
    mail,
    toBob,
    data,
    { say: `${from}\r\nSubject: x\r\n\r\nfirst${ending}${second}\r\n.\r\n`, replies: [/^(?:250|5\d\d) /] },
  ],
  leaves: 'atMostOne' as const,
}))

const newlines: readonly Attack[] = ['\n', '\r', '\r\r\n', '\n\r'].map((ending) => ({
  name: `${JSON.stringify(ending)} in the body starts no other message`,
  turns: [mail, toBob, data, { say: message(from, `one${ending}two`), replies: [/^(?:250|550 .*5\.6\.0) /] }],
  leaves: 'atMostOne' as const,
}))

const line = `${'x'.repeat(998)}\r\n`
const oversize = line.repeat(Math.ceil(maxMessageBytes / line.length) + 100)

const bytes: readonly Attack[] = [
  byMessage('a NUL in the header', `${from}\0`, refusal),
  byMessage('a bare CR in the header', `${from}\rBcc: ${stranger}`, refusal),
  {
    name: 'a bare LF in the header hides no recipient',
    turns: [mail, toBob, data, { say: message(`${from}\nBcc: ${stranger}`), replies: [refusal] }],
    leaves: 'nothing',
  },
  byMessage('a header without an end', `${from}\r\n${'X: y\r\n'.repeat(5_000)}X: z`, refusal),
  byCommand('too large by its own word', `MAIL FROM:<${alice}> SIZE=${maxMessageBytes + 1}`, []),
  byMessage('too large in truth', [from, 'Subject-Of: size', '', oversize], refusal),
  byCommand('BDAT', 'BDAT 4 LAST', [mail, toBob]),
  byCommand('XCLIENT', 'XCLIENT LOGIN=bob', []),
  byCommand('XFORWARD', 'XFORWARD NAME=x', []),
]

const proofs: readonly Attack[] = [
  {
    name: 'I5 forged proof is taken out',
    turns: [
      mail,
      toBob,
      data,
      {
        say: message([
          from,
          `To: ${bob}`,
          `Authentication-Results: kith.test; auth=pass ${forgery}`,
          `AUTHENTICATION-RESULTS: ${forgery}`,
          `X-Kith-Verdict: ${forgery}`,
          `x-kITH-other:\r\n ${forgery}`,
          `X-Kith-Login: alice ${Date.now()} ${'0'.repeat(64)}`,
          `Return-Path: <${forgery}>`,
        ]),
        replies: [ok],
      },
    ],
    leaves: 'one',
  },
]

export const attacks: readonly Attack[] = [
  ...senders,
  ...recipients,
  ...envelopes,
  ...smuggling,
  ...newlines,
  ...bytes,
  ...proofs,
]
