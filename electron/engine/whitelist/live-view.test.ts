/** The guard's view of a list that changes. */
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../shared/address.ts'
import { contact } from '../../../shared/guard/testing.ts'
import { createLiveView } from './live-view.ts'

/** A list that a test changes, its view, and how often the building of the view let other work come in. */
function liveList(count: number) {
  const people = Array.from({ length: count }, (_, n) => contact(`person.${n}@many.test`, { name: `Person ${n}` }))
  const listed = new Map(people.map((one) => [one.key, one]))
  const world = { pauses: 0, meanwhile: (): void => undefined }
  const source = { find: (key: string) => listed.get(key), all: () => [...listed.values()], size: () => listed.size }
  const live = createLiveView(source, async () => {
    world.pauses += 1
    world.meanwhile()
    await Promise.resolve()
  })
  return Object.assign(world, {
    prepare: live.prepare,
    like(text: string, name = '') {
      const parsed = parseAddress(text)
      return parsed.ok ? live.view.similar(parsed.value, name)?.key : 'no address'
    },
    put(key: string) {
      listed.set(key, contact(key))
      live.changed([key])
    },
    remove(key: string) {
      listed.delete(key)
      live.changed([key])
    },
  })
}

describe('I9 the view made beside other work', () => {
  it('lets other work come in many times with a long list, and answers as one made at once', async () => {
    const [sliced, atOnce] = [liveList(10_000), liveList(10_000)]
    await sliced.prepare()
    expect(sliced.pauses).toBeGreaterThan(15)
    for (const text of ['person.77@rnany.test', 'person.123x@many.test', 'person.9999@other.test', 'who@where.test'])
      expect([text, sliced.like(text)]).toEqual([text, atOnce.like(text)])
    expect(atOnce.pauses).toBe(0)
  })

  it('is made once by two who ask at once, and not again', async () => {
    const list = liveList(3_000)
    await Promise.all([list.prepare(), list.prepare()])
    const { pauses } = list
    await list.prepare()
    expect(list.pauses).toBe(pauses)
  })

  it('what changes while it is made counts', async () => {
    const list = liveList(3_000)
    list.meanwhile = () => {
      list.meanwhile = () => undefined
      list.remove('person.5@many.test')
      list.put('barbara.long@firm.test')
    }
    await list.prepare()
    expect(list.like('barbara.1ong@firm.test')).toBe('barbara.long@firm.test')
    list.remove('barbara.long@firm.test')
    expect(list.like('barbara.1ong@firm.test')).toBeUndefined()
    expect(list.like('persom.5@many.test')).not.toBe('person.5@many.test')
  })

  it('is made again in slices after a contact of it is gone, and not after one is new', async () => {
    const list = liveList(3_000)
    await list.prepare()
    list.put('barbara.long@firm.test')
    const { pauses } = list
    await list.prepare()
    expect(list.pauses).toBe(pauses)
    list.remove('person.5@many.test')
    await list.prepare()
    expect(list.pauses).toBeGreaterThan(pauses)
    expect(list.like('barbara.1ong@firm.test')).toBe('barbara.long@firm.test')
  })
})
