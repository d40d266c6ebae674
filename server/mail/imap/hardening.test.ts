import { describe, expect, it } from 'vitest'
import { hardenedTake, matchFolders } from './hardening.ts'

const folders = ['INBOX', 'Sent', 'Work', 'Work/Paris', 'Work/Paris/2026', '工作/台北', 'Working'].map((path) => ({
  path,
}))

function list(query: string): readonly string[] {
  return matchFolders(folders, query).map(({ path }) => path)
}

describe('LIST patterns (RFC 3501 6.3.8)', () => {
  it('* matches everything, % stops at a separator', () => {
    expect(list('*')).toHaveLength(folders.length)
    expect(list('%')).toEqual(['INBOX', 'Sent', 'Work', 'Working'])
    expect(list('Work/%')).toEqual(['Work/Paris'])
    expect(list('Work*')).toEqual(['Work', 'Work/Paris', 'Work/Paris/2026', 'Working'])
    expect(list('%/%')).toEqual(['Work/Paris', '工作/台北'])
    expect(list('工作/*')).toEqual(['工作/台北'])
    expect(list('%*%6')).toEqual(['Work/Paris/2026'])
  })

  it('takes everything else as it stands', () => {
    expect(list('INBOX')).toEqual(['INBOX'])
    expect(list('I.BOX')).toEqual([])
    expect(list('[')).toEqual([])
    expect(list('')).toEqual([])
    expect(matchFolders([{ path: 'a.b(c' }], 'a.b(%')).toHaveLength(1)
  })

  it('answers a pattern that would cost a regular expression exponential time', () => {
    expect(matchFolders([{ path: 'a'.repeat(250) }], `${'*a%'.repeat(120)}x`)).toEqual([])
    expect(matchFolders([{ path: 'a' }], '%a'.repeat(10_000))).toEqual([])
  })
})

describe('taking lines', () => {
  function connection(state: string) {
    const said: string[] = []
    return { state, said, send: (line: string) => void said.push(line), close: () => undefined }
  }

  it('counts the literals of a command, and forgets them with it', () => {
    const lines: unknown[] = []
    const take = hardenedTake((line) => void lines.push(line))
    const client = connection('Not Authenticated')
    for (let at = 0; at < 3; at += 1) {
      take.call(client, { final: false, expecting: 4_000 })
      take.call(client, { final: true })
    }
    expect(lines).toHaveLength(6)
    take.call(client, { final: false, expecting: 4_000 })
    take.call(client, { final: false, expecting: 4_000 })
    expect(client.said).toEqual(['* BYE Too much'])
    expect(lines).toHaveLength(7)
  })

  it('does not let a negative size make room', () => {
    const take = hardenedTake(() => undefined)
    const client = connection('Not Authenticated')
    take.call(client, { final: false, expecting: -1_000_000 })
    take.call(client, { final: false, expecting: 5_000 })
    expect(client.said).toEqual(['* BYE Too much'])
  })

  it('ends the connection whose command throws', () => {
    const take = hardenedTake(() => {
      throw new TypeError('of the library')
    })
    const client = connection('Selected')
    take.call(client, { final: true })
    expect(client.said).toEqual(['* BYE Not understood'])
  })
})
