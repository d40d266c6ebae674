/** The mail side's calls, over a service that is offline. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contract } from '../../../shared/contract.ts'
import type { Draft } from '../../../shared/message.ts'
import { chatTo, me } from './testing/mail-world.ts'
import { sample, submitted } from './testing/messages.ts'
import { bob, carol, minute, type ReceivingWorld, receivingWorld } from './testing/receiving-world.ts'

let world: ReceivingWorld

beforeEach(() => {
  world = receivingWorld({ contacts: [bob, carol] })
})

afterEach(() => world.end())

const mailTo = (to: string, subject: string, text = ''): Draft => ({ ...chatTo(to, text), kind: 'mail', subject })

async function submit(draft: Draft): Promise<string> {
  await world.clock.advance(minute)
  const result = await world.mail.handlers['outbox.submit'](draft)
  if (!result.ok) throw new Error(result.failure.kind)
  return result.value.id
}

async function subjects(search: string): Promise<readonly string[]> {
  const result = await world.mail.handlers['mail.list']({ search, from: 0, count: 50 })
  if (!result.ok) throw new Error(result.failure.kind)
  expect(result.value.total).toBe(result.value.messages.length)
  return result.value.messages.map(({ subject }) => subject)
}

describe('conversations', () => {
  it('newest first, only those with messages or drafts', async () => {
    await submit(chatTo('bob@corp.test', 'one'))
    await submit(chatTo('carol@corp.test', 'two'))
    const list = await world.mail.handlers['conversations.list']({ from: 0, count: 10 })
    expect(list).toMatchObject({ value: { total: 2, conversations: [{ id: carol.key }, { id: bob.key }] } })
    expect(await world.mail.handlers['conversations.list']({ from: 1, count: 10 })).toMatchObject({
      value: { total: 2, conversations: [{ id: bob.key, last: { text: 'one', direction: 'out' } }] },
    })
  })

  it('a listed contact without messages has an empty, open one; a stranger has none', async () => {
    const empty = await world.mail.handlers['conversations.get']({ id: 'BOB@corp.test' })
    expect(empty).toEqual({
      ok: true,
      value: { id: bob.key, name: 'Bob Lin', address: bob.address, open: true, unread: 0 },
    })
    for (const id of ['eve@evil.test', 'not an address', '']) {
      expect(await world.mail.handlers['conversations.get']({ id })).toEqual({
        ok: false,
        failure: { kind: 'notFound' },
      })
    }
    expect(await world.mail.handlers['conversations.get']({ id: me.address })).toMatchObject({
      value: { name: me.name, open: true },
    })
  })

  it.each([
    ['removed', () => world.setContacts([])],
    ['expired', () => world.setContacts([{ ...bob, expiresAt: 1 }])],
    ['removed', () => world.setContacts([{ ...bob, send: false }])],
    ['lease', () => world.setList({ lease: 'over' })],
    ['upgrade', () => world.setList({ sendingOff: 'upgrade' })],
  ] as const)('closed: %s', async (closed, change) => {
    await submit(chatTo('bob@corp.test', 'one'))
    change()
    expect(await world.mail.handlers['conversations.get']({ id: bob.key })).toMatchObject({
      value: { open: false, closed },
    })
  })

  it('windows of messages, newest last, without gap or overlap', async () => {
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1) ids.push(await submit(chatTo('bob@corp.test', `text ${index}`)))
    const seen: string[] = []
    let before: string | undefined
    for (;;) {
      const page = await world.mail.handlers['messages.list']({ conversation: bob.key, count: 3, before })
      if (!page.ok) throw new Error(page.failure.kind)
      seen.unshift(...page.value.messages.map(({ id }) => id))
      if (!page.value.more) break
      before = page.value.messages[0]?.id
    }
    expect(seen).toEqual(ids)
    const unknown = await world.mail.handlers['messages.list']({ conversation: bob.key, count: 3, before: 'none' })
    expect(unknown).toMatchObject({ failure: { kind: 'notFound' } })
  })
})

describe('drafts', () => {
  it('are kept per conversation, list the conversation, and go with the message', async () => {
    const { handlers } = world.mail
    await handlers['draft.save']({ conversation: 'Bob@corp.test', text: 'half a' })
    expect(await handlers['draft.get']({ conversation: bob.key })).toEqual({ ok: true, value: { text: 'half a' } })
    expect(await handlers['conversations.list']({ from: 0, count: 10 })).toMatchObject({ value: { total: 1 } })
    await handlers['draft.save']({ conversation: bob.key, text: '' })
    expect(await handlers['conversations.list']({ from: 0, count: 10 })).toMatchObject({ value: { total: 0 } })
    await handlers['draft.save']({ conversation: bob.key, text: 'half a line' })
    await submit(chatTo('bob@corp.test', 'half a line, whole'))
    expect(await handlers['draft.get']({ conversation: bob.key })).toEqual({ ok: true, value: { text: '' } })
    expect(await handlers['draft.save']({ conversation: 'eve@evil.test', text: 'x' })).toMatchObject({
      failure: { kind: 'notFound' },
    })
  })
})

describe('mail', () => {
  beforeEach(async () => {
    await submit(mailTo('bob@corp.test', 'Quarterly figures', 'The budget of 季度預算 is final'))
    await submit(mailTo('carol@corp.test', '明天開會', '請帶筆電'))
    await submit(mailTo('carol@corp.test', 'Lunch', 'Café at noon "sharp"'))
    await submit(chatTo('bob@corp.test', 'budget by chat'))
  })

  it('newest first; chat lines are not mail', async () => {
    expect(await subjects('')).toEqual(['Lunch', '明天開會', 'Quarterly figures'])
  })

  it.each([
    ['budget', ['Quarterly figures']],
    ['BUDG', ['Quarterly figures']],
    ['figures final', ['Quarterly figures']],
    ['udget', []],
    ['開會', ['明天開會']],
    ['會', ['明天開會']],
    ['會開', []],
    ['預算', ['Quarterly figures']],
    ['帶筆', ['明天開會']],
    ['cafe', ['Lunch']],
    ['carol', ['Lunch', '明天開會']],
    ['林', []],
    ['"sharp"', ['Lunch']],
    ['budget" OR "lunch', []],
    ['NEAR(budget', []],
    ['* - ( " \0', []],
    ['   ', ['Lunch', '明天開會', 'Quarterly figures']],
  ])('search %j', async (search, found) => {
    expect(await subjects(search)).toEqual(found)
  })

  it('an answer names the message it answers and its thread', async () => {
    await world.online()
    world.box.deliver(submitted({ id: '<q@corp.test>', headers: ['References: <a@corp.test> <b@corp.test>'] }))
    await world.settle()
    const question = (await world.messages(bob.key)).find(({ direction }) => direction === 'in')
    await submit({ ...mailTo('bob@corp.test', 'Re: Hello'), inReplyTo: question?.id })
    await world.settle()
    expect(world.sent.at(-1)).toContain('In-Reply-To: <q@corp.test>')
    expect(world.sent.at(-1)).toContain('References: <a@corp.test>\r\n <b@corp.test>\r\n <q@corp.test>')
  })
})

describe('O5 planning an answer', () => {
  async function plan(headers: readonly string[], scope: 'sender' | 'all' = 'sender') {
    await world.online()
    world.box.deliver(
      submitted({ id: '<q@corp.test>', to: 'alice@corp.test, eve@evil.test, carol@corp.test', headers }),
    )
    await world.settle()
    const question = (await world.messages(bob.key)).find(({ direction }) => direction === 'in')
    const planned = await world.mail.handlers['message.planReply']({ id: question?.id ?? '', scope })
    if (!planned.ok) throw new Error(planned.failure.kind)
    expect(contract.calls['message.planReply'].output.safeParse(planned.value).success).toBe(true)
    return planned.value
  }

  it('O5 the sender is answered, named by the list', async () => {
    expect(await plan([])).toEqual({
      to: [{ address: bob.address, name: bob.name }],
      cc: [],
      dropped: [],
      unusedReplyTo: [],
    })
  })

  it('O5 a listed Reply-To is answered instead', async () => {
    const { to, unusedReplyTo } = await plan(['Reply-To: Carol <carol@corp.test>'])
    expect(to).toEqual([{ address: carol.address, name: carol.name }])
    expect(unusedReplyTo).toEqual([])
  })

  it.each([
    ['Reply-To: eve@evil.test', ['eve@evil.test']],
    ['Reply-To: carol@corp.test, eve@evil.test', ['carol@corp.test', 'eve@evil.test']],
    ['Reply-To: team: carol@corp.test;', ['team: carol@corp.test;']],
  ])('O5 %s is shown and not used', async (header, unusedReplyTo) => {
    expect(await plan([header])).toMatchObject({ to: [{ address: bob.address }], unusedReplyTo })
  })

  it('O5 to all leaves out who is not listed, with the rule', async () => {
    expect(await plan([], 'all')).toMatchObject({
      to: [{ address: bob.address }],
      cc: [{ address: carol.address }],
      dropped: [{ address: 'eve@evil.test', rule: 'O1', reason: 'notListed' }],
    })
  })

  it('O5 an answer to an own message goes to whom it was written', async () => {
    const id = await submit(mailTo('carol@corp.test', 'Lunch'))
    const planned = await world.mail.handlers['message.planReply']({ id, scope: 'sender' })
    expect(planned).toMatchObject({ value: { to: [{ address: carol.address }], dropped: [] } })
    expect(await world.mail.handlers['message.planReply']({ id: 'none', scope: 'sender' })).toMatchObject({
      failure: { kind: 'notFound' },
    })
  })

  it.each([['carol@corp.test'], ['eve@evil.test']])(
    'O5 the Reply-To of an own message, %s, is left alone',
    async (replyTo) => {
      await world.online()
      const from = `Alice <${me.address}>`
      const headers = [`Reply-To: ${replyTo}`]
      world.box.deliver(submitted({ from, to: 'bob@corp.test', id: '<own@x>', headers }, me.address))
      await world.settle()
      const own = (await world.messages(bob.key)).find(({ direction }) => direction === 'out')
      const planned = await world.mail.handlers['message.planReply']({ id: own?.id ?? '', scope: 'sender' })
      expect(planned).toMatchObject({ value: { to: [{ address: bob.address }], unusedReplyTo: [] } })
    },
  )
})

describe('held and hints', () => {
  it('a held message opens as plain text only', async () => {
    await world.online()
    world.box.deliver(
      sample({ from: 'Bob Lin <bob@corp.test>', type: 'text/html', body: '<a href="https://evil.test">bank</a>' }),
    )
    await world.settle()
    const [held] = await world.held()
    const opened = await world.mail.handlers['held.get']({ id: held && 'id' in held ? String(held.id) : '' })
    expect(opened).toMatchObject({
      value: {
        text: 'bank <https://evil.test>',
        held: { reason: 'notProven', contactName: 'Bob Lin', claimedAddress: 'bob@corp.test' },
      },
    })
    expect(await world.mail.handlers['held.get']({ id: 'none' })).toMatchObject({ failure: { kind: 'notFound' } })
  })

  it('guard.judge names each refused recipient', async () => {
    const { handlers } = world.mail
    expect(await handlers['guard.judge']({ recipients: ['bob@corp.test', 'eve@evil.test', 'bad address'] })).toEqual({
      ok: true,
      value: {
        refusals: [
          { address: 'eve@evil.test', rule: 'O1', reason: 'notListed' },
          { address: 'bad address', rule: 'A2', reason: 'malformed' },
        ],
      },
    })
    expect(await handlers['guard.judge']({ recipients: [] })).toEqual({ ok: true, value: { refusals: [] } })
  })

  it('every answer has the contract’s shape', async () => {
    await world.online()
    world.box.deliver(submitted())
    world.box.deliver(sample({ from: 'eve@evil.test' }))
    const id = await submit({ ...mailTo('bob@corp.test', 'Plan'), cc: ['carol@corp.test'] })
    await world.settle()
    const { handlers } = world.mail
    const window = { from: 0, count: 10 }
    const answers = {
      'conversations.list': await handlers['conversations.list'](window),
      'conversations.get': await handlers['conversations.get']({ id: bob.key }),
      'messages.list': await handlers['messages.list']({ conversation: bob.key, count: 10 }),
      'mail.list': await handlers['mail.list']({ search: '', ...window }),
      'message.get': await handlers['message.get']({ id }),
      'held.list': await handlers['held.list'](window),
      'draft.get': await handlers['draft.get']({ conversation: bob.key }),
    } as const
    for (const [name, answer] of Object.entries(answers)) {
      if (!answer.ok) throw new Error(name)
      const schema = contract.calls[name as keyof typeof answers].output
      expect([name, schema.safeParse(answer.value).error]).toEqual([name, undefined])
    }
    for (const { name, value } of world.events) {
      const schema = contract.events[name as keyof typeof contract.events]
      expect([name, schema.safeParse(value).error]).toEqual([name, undefined])
    }
  })
})
