import { describe, expect, it } from 'vitest'
import { isInvitation, isRequestReason, readInvitation } from './requests.ts'

const secret = 'AbC-_0123456789abcdefG'

describe('invitations', () => {
  it('are read whatever white space a mail program put in', () => {
    for (const text of [`kith-invite:${secret}`, ` \n kith-invite:AbC-_01234\r\n56789abcdefG `])
      expect([isInvitation(text), readInvitation(text)]).toEqual([true, secret])
  })

  it('are nothing else', () => {
    for (const text of [
      '',
      secret,
      `KITH-INVITE:${secret}`,
      `x kith-invite:${secret}`,
      `kith-invite:${secret}x`,
      `kith-invite:${secret.slice(1)}`,
      `kith-invite:${secret.slice(1)}=`,
      `kith-invite:${secret.slice(1)}é`,
      'kith-invite:',
    ])
      expect(readInvitation(text)).toBeUndefined()
    expect(isInvitation('alice@example.org')).toBe(false)
  })
})

it('reasons are those that have words, no name of an object', () => {
  expect(isRequestReason('declined')).toBe(true)
  for (const text of ['', 'constructor', '__proto__', 'toString', 'Declined']) expect(isRequestReason(text)).toBe(false)
})
