/** The order of a conversation does not hang on the own clock. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chatTo } from '../testing/mail-world.ts'
import { submitted } from '../testing/messages.ts'
import { bob, minute, type ReceivingWorld, receivingWorld } from '../testing/receiving-world.ts'

const day = 24 * 60 * minute
/** What the server's clock says. */
const noon = 1_700_000_000_000

let world: ReceivingWorld

beforeEach(() => {
  world = receivingWorld()
})

afterEach(() => world.end())

const texts = async () => (await world.messages('bob@corp.test')).map(({ text }) => text)
const arrives = (body: string, at: number) =>
  world.box.deliver(submitted({ id: `<${body}@x>`, body, headers: ['Chat-Version: 1.0'] }), { at })
const writes = async (text: string) => {
  await world.mail.handlers['outbox.submit'](chatTo('bob@corp.test', text))
  await world.settle()
}

describe.each([
  ['right', 0],
  ['a day ahead', day],
  ['a day behind', -day],
  ['ten minutes ahead', 10 * minute],
])('a clock that is %s', (_what, skew) => {
  it('history, question and answer in turn', async () => {
    world.clock.setNow(noon + skew)
    arrives('1', noon - 3 * minute)
    arrives('2', noon - 2 * minute)
    await world.online()
    await writes('3')
    await world.clock.advance(minute)
    arrives('4', noon + minute)
    await world.settle()
    await writes('5')
    arrives('6', noon + minute + 1_000)
    await world.settle()
    expect(await texts()).toEqual(['1', '2', '3', '4', '5', '6'])
    const list = await world.mail.handlers['conversations.list']({ from: 0, count: 1 })
    expect(list).toMatchObject({ value: { conversations: [{ id: bob.key, last: { text: '6' } }] } })
  })

  it('what came while Kith was away, after what was written before', async () => {
    world.clock.setNow(noon + skew)
    arrives('1', noon - minute)
    await world.online()
    await writes('2')
    world.box.cut()
    await world.until(() => world.connections.includes('offline'))
    arrives('3', noon + minute)
    arrives('4', noon + 2 * minute)
    await world.clock.advance(minute)
    await world.settle()
    expect(await texts()).toEqual(['1', '2', '3', '4'])
  })
})

it('a clock set back between two own messages', async () => {
  await world.online()
  await writes('1')
  world.clock.setNow(noon - day)
  await writes('2')
  expect(await texts()).toEqual(['1', '2'])
})

it('the copy of a message just sent is dated by the server', async () => {
  const dates: (number | undefined)[] = []
  world.box.onAppend = (date) => dates.push(date)
  await world.online()
  await writes('1')
  await world.until(() => dates.length > 0 || world.box.folder('Sent').length > 0)
  expect(dates).toEqual([undefined])
})
