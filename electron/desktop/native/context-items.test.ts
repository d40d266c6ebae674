import { expect, it, vi } from 'vitest'
import { contextItems } from './context-items.ts'
import { nativeWords } from './words.ts'

const editFlags = {
  canUndo: false,
  canRedo: false,
  canCut: false,
  canCopy: false,
  canPaste: true,
  canDelete: false,
  canSelectAll: true,
  canEditRichly: false,
}
const nothing = { isEditable: false, selectionText: '', misspelledWord: '', dictionarySuggestions: [], editFlags }
const selected = { ...nothing, selectionText: 'lunch', editFlags: { ...editFlags, canCopy: true, canCut: true } }
const labels = (under: typeof nothing, language: 'en' | 'zh-Hant' | 'zh-Hans' = 'en') =>
  contextItems(under, nativeWords(language), () => undefined).flatMap(({ label, enabled }) => {
    if (label === undefined) return []
    return enabled === false ? `(${label})` : label
  })

it('offers nothing beside text, and Copy on what is selected', () => {
  expect(labels(nothing)).toEqual([])
  expect(labels({ ...nothing, selectionText: ' \n ' })).toEqual([])
  expect(labels(selected)).toEqual(['Copy'])
  expect(labels(selected, 'zh-Hant')).toEqual(['複製'])
})

it('offers in a field what the field can do now, in the language of the settings', () => {
  expect(labels({ ...nothing, isEditable: true })).toEqual(['(Cut)', '(Copy)', 'Paste', 'Select all'])
  expect(labels({ ...selected, isEditable: true })).toEqual(['Cut', 'Copy', 'Paste', 'Select all'])
  expect(labels({ ...selected, isEditable: true }, 'zh-Hans')).toEqual(['剪切', '复制', '粘贴', '全选'])
})

it('offers spellings for a word that no dictionary knows, and says where there are none', () => {
  const replace = vi.fn<(suggestion: string) => void>()
  const under = { ...nothing, isEditable: true, misspelledWord: 'lunhc' }
  const dictionarySuggestions = ['lunch', 'R&D', 'launch', 'lurch', 'hunch', 'bunch']
  const items = contextItems({ ...under, dictionarySuggestions }, nativeWords('en'), replace)
  expect(items.slice(0, 6).map(({ label }) => label)).toEqual(['lunch', 'R&&D', 'launch', 'lurch', 'hunch', undefined])
  const click = items[1]?.click as (() => void) | undefined
  click?.()
  expect(replace).toHaveBeenCalledWith('R&D')
  expect(labels(under)[0]).toBe('(No suggestions)')
  expect(labels({ ...under, isEditable: false })).toEqual([])
})
