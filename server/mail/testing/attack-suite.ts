/** Tries every attack on a door; a test file calls it with its own. */
import { describe, expect, it } from 'vitest'
import { alice, attacks, bob, forgery } from './attacks.ts'
import type { RawClient } from './raw-client.ts'

/** What went through the door. */
export type Let = { readonly to: readonly string[]; readonly raw: string }

type Door = {
  /** A connection on which Alice has signed in. */
  readonly signedIn: () => Promise<RawClient>
  /** What went through since the last time. */
  readonly let: () => Promise<readonly Let[]>
}

export function tryAttacks(name: string, door: () => Door): void {
  describe(`${name}: with the right password`, () => {
    it('an honest message passes', async () => {
      const client = await door().signedIn()
      client.send(`MAIL FROM:<${alice}>\r\nRCPT TO:<${bob}>\r\nDATA\r\n`)
      await client.until(/354 .*\r\n/)
      expect(await client.ask(`From: ${alice}\r\nTo: ${bob}\r\n\r\nhonest\r\n.`)).toMatch(/^250 /)
      client.close()
      const passed = await door().let()
      expect(passed).toMatchObject([{ to: [bob], raw: expect.stringContaining('honest') }])
    })

    it.each(attacks)('$name', async ({ turns, leaves }) => {
      const client = await door().signedIn()
      for (const { say, replies } of turns) {
        client.send(say)
        let last = ''
        for (const wanted of replies) {
          last = await client.reply()
          expect(last).toMatch(wanted)
        }
        // Where DATA is refused, no message can follow.
        if (String(say).endsWith('DATA\r\n') && !last.startsWith('354')) break
      }
      client.close()
      const passed = await door().let()
      const counts = { nothing: [0], atMostOne: [0, 1], one: [1] } as const
      expect(counts[leaves]).toContain(passed.length)
      for (const { to, raw } of passed) {
        expect(to).toEqual([bob])
        expect(raw).toMatch(/\r\nFrom: alice@kith\.test\r\n/)
        expect(raw).not.toContain(forgery)
        expect(raw.match(/^x-kith-verdict:/gim)).toHaveLength(1)
        expect(raw).not.toMatch(/^x-kith-login:/im)
      }
    })
  })
}
