import { expect, it } from 'vitest'
import { menuDeeds, menuKeys, pageKeys } from '../../../shared/keys.ts'
import { menuItems } from './menu-items.ts'
import { nativeWords } from './words.ts'

const nothing = () => undefined
const actions = { open: nothing, refresh: nothing, lock: nothing, quit: nothing }
const items = menuItems(nativeWords('en'), actions, true).flatMap(({ submenu }) =>
  Array.isArray(submenu) ? submenu : [],
)
const bound = items.flatMap(({ accelerator }) => accelerator ?? [])

it('binds every key that the map shows for the menu, and none of the page’s', () => {
  expect(bound.toSorted()).toEqual(menuDeeds.flatMap((deed) => menuKeys[deed]).toSorted())
  const pages = Object.values(pageKeys).flatMap(({ keys }) => keys)
  expect(bound.filter((accelerator) => pages.some((key) => key === accelerator))).toEqual([])
})

it('zooms by plus with Shift and without, under one item', () => {
  const zoom = items.filter(({ role }) => role === 'zoomIn')
  expect(zoom.map(({ accelerator, visible }) => [accelerator, visible])).toEqual([
    ['CmdOrCtrl+=', true],
    ['CmdOrCtrl+Plus', false],
  ])
})
